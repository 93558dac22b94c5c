import { readFile } from 'node:fs/promises';
import { serveMethods } from '../support/served-methods';

let body = Buffer.alloc(0);

serveMethods({
  load: async (path: string) => {
    body = await readFile(path);
  },
  /** Milliseconds of what express.json does at the least with a body that has arrived. */
  parse: () => {
    const begun = performance.now();
    const parsed = JSON.parse(body.toString('utf8')) as { requests: unknown[] };
    const took = performance.now() - begun;
    if (parsed.requests.length === 0) throw new Error('The body holds no requests');
    return took;
  },
});
