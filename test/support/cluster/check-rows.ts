import type { RowQueries } from './cluster-rows';
import type { Violation } from './violation';

/** What must hold of the rows once every batch has ended: each query finds what must not be. */
const QUERIES: readonly (readonly [kind: string, sql: string])[] = [
  [
    'batch not ended',
    `SELECT id AS subject, status AS detail FROM meshbatch_batches
      WHERE status NOT IN ('completed', 'failed', 'cancelled', 'expired')`,
  ],
  ['part not ended', `SELECT id AS subject, state AS detail FROM meshbatch_parts WHERE state <> 'ended'`],
  [
    'lease held',
    `SELECT id AS subject, lease_holder || ' until ' || lease_expires_at AS detail FROM meshbatch_parts
      WHERE lease_expires_at > now()`,
  ],
  [
    'counts of parts',
    `SELECT b.id AS subject, b.completed || '+' || b.failed || ' of ' || b.total AS detail
      FROM meshbatch_batches b JOIN (SELECT batch_id, sum(succeeded) AS succeeded, sum(failed) AS failed,
        sum(item_count) AS items FROM meshbatch_parts GROUP BY batch_id) p ON p.batch_id = b.id
      WHERE (b.completed, b.failed, b.total) <> (p.succeeded, p.failed, p.items)`,
  ],
  [
    'files of a batch',
    `SELECT batch_id AS subject, string_agg(filename, ', ') AS detail FROM meshbatch_files
      GROUP BY batch_id, purpose, filename HAVING count(*) > 1`,
  ],
  [
    'file of nobody',
    `SELECT f.id AS subject, f.filename AS detail FROM meshbatch_files f JOIN meshbatch_batches b ON b.id = f.batch_id
      WHERE f.id NOT IN (b.input_file_id, coalesce(b.output_file_id, ''), coalesce(b.error_file_id, ''))`,
  ],
];

export async function checkRows({ rows: database }: { readonly rows: RowQueries }): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const [kind, sql] of QUERIES) {
    const rows = await database.query<{ subject: string; detail: string | null }>(sql);
    found.push(...rows.map(({ subject, detail }) => ({ kind, subject, detail: detail ?? '' })));
  }
  return found;
}
