import { Pool } from 'undici';
import { seeded } from '../support/seeded';
import { serveMethods } from '../support/served-methods';

/** A request that comes again and again, whether or not those before have been answered. */
export interface Arrivals {
  readonly origin: string;
  readonly path: string;
  readonly body: string;
  readonly headers: readonly Readonly<Record<string, string>>[];
  readonly perSecond: number;
  readonly ms: number;
}

/** How they were answered; times in ms from when each was due. */
export interface ArrivalsTold {
  readonly sent: number;
  readonly takenMs: readonly number[];
  /** Answers 503 that say when to come again. */
  readonly refusedMs: readonly number[];
  /** What else was answered, such as `500` or a connection that broke. */
  readonly strange: readonly string[];
}

/** More than are ever open while every answer comes in good time. */
const CONNECTIONS = 256;

serveMethods({
  /** Sends at random times that come to `perSecond` on average, and resolves when all were answered. */
  run: async ({ origin, path, body, headers, perSecond, ms }: Arrivals): Promise<ArrivalsTold> => {
    const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
    const told = { takenMs: [] as number[], refusedMs: [] as number[], strange: [] as string[] };
    const random = seeded(7);
    const send = async (nth: number, due: number) => {
      const answer = await pool.request({ path, method: 'POST', body, headers: headers[nth % headers.length] });
      await answer.body.dump();
      const took = performance.now() - due;
      if (answer.statusCode === 200) told.takenMs.push(took);
      else if (answer.statusCode === 503 && answer.headers['retry-after'] !== undefined) told.refusedMs.push(took);
      else told.strange.push(String(answer.statusCode));
    };
    const begun = performance.now();
    const open: Promise<void>[] = [];
    for (let due = begun; due < begun + ms; due -= (Math.log(1 - random()) * 1000) / perSecond) {
      while (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, 1));
      open.push(send(open.length, due).catch((error: unknown) => void told.strange.push(String(error))));
    }
    await Promise.all(open);
    await pool.destroy();
    return { sent: open.length, ...told };
  },
});
