import { Pool } from 'undici';
import { serveMethods } from '../support/served-methods';

/** A request that is sent again and again, with one set of headers after another. */
export interface Load {
  readonly origin: string;
  readonly path: string;
  readonly body: string;
  readonly headers: readonly Readonly<Record<string, string>>[];
  readonly connections: number;
  readonly ms: number;
}

serveMethods({
  /** Keeps every connection busy for the time; resolves to successful answers a second. */
  run: async ({ origin, path, body, headers, connections, ms }: Load) => {
    const pool = new Pool(origin, { connections, pipelining: 1 });
    const begun = performance.now();
    let [sent, answered] = [0, 0];
    const keepBusy = async () => {
      while (performance.now() - begun < ms) {
        const answer = await pool.request({ path, method: 'POST', body, headers: headers[sent++ % headers.length] });
        const text = await answer.body.text();
        if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 500)}`);
        answered++;
      }
    };
    await Promise.all(Array.from({ length: connections }, keepBusy));
    const rate = (answered * 1000) / (performance.now() - begun);
    await pool.destroy();
    return rate;
  },
});
