/** The tables that a statement of ours is about, named as SQL writes them. */
export interface BatchTables {
  readonly parts: string;
  readonly batches: string;
}

/**
 * While a batch runs its counts are the provider's: hints, clamped, and never falling. One statement for the batches named by
 * `$1`, whose rows the transaction holds; their parts are added up where they are.
 */
export const writeHints = ({ parts, batches }: BatchTables) => `UPDATE ${batches} b SET
    completed = ${COMPLETED},
    failed = LEAST(GREATEST(b.failed, told.failed), b.total - ${COMPLETED})
  FROM (
    SELECT batch_id,
      sum(CASE state WHEN 'ended' THEN succeeded ELSE ${remote('succeeded')} END) AS succeeded,
      sum(CASE state WHEN 'ended' THEN failed ELSE ${remote('failed')} END) AS failed
    FROM ${parts} WHERE batch_id = ANY($1) GROUP BY batch_id) told
  WHERE b.id = told.batch_id`;

const COMPLETED = 'LEAST(GREATEST(b.completed, told.succeeded), b.total)';

// No integer: what a provider tells may be too large for one, and is clamped.
const remote = (field: 'succeeded' | 'failed') => `COALESCE((remote_counts->>'${field}')::numeric, 0)`;
