import { setTimeout as sleep } from 'node:timers/promises';
import { drain, get, post } from '../support/http-calls';
import { serveMethods } from '../support/served-methods';

/** Creates of many owners, in the order in which they are sent. */
export interface OwnersLoad {
  readonly url: string;
  readonly keys: readonly string[];
  readonly bodies: readonly Uint8Array[];
  readonly creates: readonly { readonly owner: number; readonly body: number }[];
  readonly connections: number;
  /** Between two creates on one connection, in ms. */
  readonly pauseMs: number;
}

/** By the place of the create, how it was answered and how long that took. */
export interface OwnersTold {
  readonly statuses: readonly number[];
  readonly createMs: readonly number[];
  /** Of a GET of each batch that was taken, right after. */
  readonly getMs: readonly number[];
}

serveMethods({
  run: async ({ url, keys, bodies, creates, connections, pauseMs }: OwnersLoad): Promise<OwnersTold> => {
    const told = { statuses: [] as number[], createMs: [] as number[], getMs: [] as number[] };
    let next = 0;
    const connection = async () => {
      for (let at = next++; at < creates.length; at = next++) {
        const { owner = 0, body = 0 } = creates[at] ?? {};
        const key = keys[owner] ?? '';
        const answer = await post(`${url}/v1/batches`, Buffer.from(bodies[body] ?? []), {
          authorization: `Bearer ${key}`,
        });
        told.statuses[at] = answer.status;
        told.createMs[at] = answer.ms;
        if (answer.status === 200) {
          const { id } = JSON.parse(answer.body.toString('utf8')) as { id: string };
          const begun = performance.now();
          await drain(await get(`${url}/v1/batches/${id}?results=false`, key));
          told.getMs.push(performance.now() - begun);
        }
        if (pauseMs > 0) await sleep(pauseMs);
      }
    };
    await Promise.all(Array.from({ length: connections }, connection));
    return told;
  },
});
