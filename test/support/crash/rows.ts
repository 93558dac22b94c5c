import type { QueryResultRow } from 'pg';
import type { CrashLane } from './crash-lane';

/** A part's row, as far as a fault may spoil it. */
export interface PartRow {
  readonly id: string;
  readonly state: string;
  readonly fence: number;
  readonly lease_holder: string | null;
  readonly remote_state: string | null;
}

/** All rows of a batch. */
export interface BatchRows extends QueryResultRow {
  readonly batch: Record<string, unknown>;
  readonly parts: readonly PartRow[];
  readonly files: readonly object[];
}

const select = (id: string) => `SELECT to_jsonb(batch) AS batch,
    (SELECT jsonb_agg(part ORDER BY part.ordinal) FROM meshbatch_parts part WHERE part.batch_id = batch.id) AS parts,
    (SELECT jsonb_agg(file ORDER BY file.id) FROM meshbatch_files file WHERE file.batch_id = batch.id) AS files
  FROM meshbatch_batches batch WHERE batch.id = '${id}'`;

export async function rowsOf(lane: CrashLane, batchId: string): Promise<BatchRows> {
  const [rows] = await lane.rows.query<BatchRows>(select(batchId));
  if (!rows) throw new Error(`The batch ${batchId} is not stored`);
  return rows;
}
