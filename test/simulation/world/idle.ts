import type { OneSession } from '../ports/one-session';

/** The first time, in ms, at which a worker would find something to do; Infinity when there is none. */
export async function nextDue(session: OneSession): Promise<number> {
  const [row] = await session.ask<{ parts: Date | null; batches: Date | null }>(`SELECT
    (SELECT min(greatest(due_at, coalesce(lease_expires_at, due_at))) FROM meshbatch_parts
      WHERE state <> 'ended' AND (state <> 'needs_operator' OR stop_reason IS NOT NULL)) AS parts,
    (SELECT min(expires_at) FROM meshbatch_batches
      WHERE deadline_passed_at IS NULL AND status NOT IN ('completed', 'failed', 'cancelled', 'expired')) AS batches`);
  const times = [row?.parts, row?.batches].map((time) => time?.getTime() ?? Infinity);
  return Math.min(...times);
}
