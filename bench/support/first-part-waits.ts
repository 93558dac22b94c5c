import { setTimeout as sleep } from 'node:timers/promises';
import { withRows } from './rows';

const LOOK_MS = 500;
const LONGEST_MS = 300_000;

/** Of each owner the first batch, and when the first of its parts was created upstream; ids sort by time. */
const FIRST = `SELECT extract(epoch FROM min(p.create_sent_at) - f.created_at) * 1000 AS ms
  FROM (SELECT DISTINCT ON (owner_id) id, created_at FROM meshbatch_batches WHERE created_at >= $1
    ORDER BY owner_id, id) f
  JOIN meshbatch_parts p ON p.batch_id = f.id GROUP BY f.id, f.created_at`;

/** Waits until a part of the first batch of every owner that was taken since then was created upstream; how long that took each, in ms. */
export async function firstPartWaits(databaseUrl: string, since: Date): Promise<number[]> {
  return withRows(databaseUrl, async (rows) => {
    for (const deadline = Date.now() + LONGEST_MS; ; await sleep(LOOK_MS)) {
      const waits = (await rows.query<{ ms: string | null }[]>(FIRST, [since])).map(({ ms }) => ms);
      if (waits.every((ms) => ms !== null)) return waits.map(Number);
      if (Date.now() > deadline) throw new Error('Some first parts were never created upstream');
    }
  });
}
