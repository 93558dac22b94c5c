import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ChatItems } from '../support/chat-items';
import { linesUrl, outputOf, readWhole } from '../support/completed-batch';
import { atLeast, type Figure, type Measured } from '../support/figure';
import { HelperProcess } from '../support/helper-process';
import { get, post } from '../support/http-calls';
import { interleave } from '../support/interleave';
import { LARGE_MODEL, MIB } from '../support/large-batch';
import { Deployment } from '../support/meshbatch';
import { temporaryFolder } from '../support/temporary-folder';

const ITEMS = 50_000;
const SHORT_ITEMS = 1_000;
const COMPLETION_MS = 300_000;
/** Reads a round, so that a round takes longer than the machine's hiccups. */
const READS = 4;

/** Results read from the service, over the same bytes from a Nest application that streams a file. */
export const resultsRate: Figure = {
  names: ['results-rate'],
  async run(context): Promise<Measured[]> {
    const { cleanups } = context;
    const deployment = await Deployment.create(context);
    const { url } = await deployment.start('all');
    const items = context.short ? SHORT_ITEMS : ITEMS;
    const created = await post(`${url}/v1/batches`, new ChatItems(LARGE_MODEL).body(items));
    const { id } = JSON.parse(created.body.toString('utf8')) as { id: string };
    const lines = await linesUrl(url, id, await outputOf(url, id, COMPLETION_MS));
    const path = join(await temporaryFolder(cleanups), 'results.jsonl');
    await pipeline(await get(lines), createWriteStream(path));
    const server = await HelperProcess.start('file-server', cleanups);
    const plain = await server.ask<string>('start', path);
    await rate(lines);
    await rate(plain);
    const compared = await interleave(
      context.rounds,
      () => rate(lines),
      () => rate(plain),
    );
    const detail = { items, route: new URL(lines).pathname.replace(/\w+_\w+/, '{id}'), MiBPerS: compared };
    const value = compared.ours / compared.baseline;
    return [
      { name: 'results-rate', value, unit: 'x', bar: atLeast(0.5), detail },
      { name: 'results', value: compared.ours, unit: 'MiB/s', bar: null },
    ];
  },
};

/** MiB a second. */
async function rate(url: string): Promise<number> {
  const begun = performance.now();
  let bytes = 0;
  for (let read = 0; read < READS; read++) bytes += await readWhole(url);
  return (bytes / MIB) * (1000 / (performance.now() - begun));
}
