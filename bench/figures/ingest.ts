import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChatItems } from '../support/chat-items';
import { atMost, type BenchContext, type Figure, type Measured } from '../support/figure';
import { HelperProcess } from '../support/helper-process';
import { timedPost } from '../support/http-calls';
import { interleave } from '../support/interleave';
import { startIngest, WARM_UPS, type IngestBench } from '../support/ingest-bench';
import { temporaryFolder } from '../support/temporary-folder';

/** POST to 200 of one large body, over JSON.parse of it in a process that does nothing else. */
export const ingest: Figure = {
  names: ['ingest'],
  async run(context): Promise<Measured[]> {
    const bench = await startIngest(context);
    const parser = await startParser(context, bench);
    const parse = () => parser.ask<number>('parse');
    for (let i = 0; i < WARM_UPS; i++) await parse();
    const { ours, baseline, rounds } = await interleave(context.rounds, bench.post, parse);
    const detail = { items: bench.items, bytes: bench.body.length, oursMs: ours, baselineMs: baseline, rounds };
    return [{ name: 'ingest', value: ours / baseline, unit: 'x', bar: atMost(1.8), detail }];
  },
};

async function startParser({ cleanups }: BenchContext, { body }: IngestBench): Promise<HelperProcess> {
  const folder = await temporaryFolder(cleanups);
  const path = join(folder, 'body.json');
  await writeFile(path, body);
  const parser = await HelperProcess.start('json-parse', cleanups);
  await parser.ask('load', path);
  return parser;
}

/** The same, over an application as it is usually written: all in memory, checked by decorators, a row an item. */
export const ingestVsNaive: Figure = {
  names: ['ingest-vs-naive'],
  async run(context): Promise<Measured[]> {
    const bench = await startIngest(context);
    const { cleanups, server } = context;
    const naive = await HelperProcess.start('naive', cleanups);
    const databaseUrl = await server.createDatabase();
    cleanups.add(() => server.dropDatabase(databaseUrl));
    const url = await naive.ask<string>('start', databaseUrl);
    const baselinePost = () => timedPost(`${url}/batches`, bench.body);
    await timedPost(`${url}/batches`, new ChatItems('openai/gpt-4o-mini').body(Math.min(bench.items, 5_000)));
    const { ours, baseline, rounds } = await interleave(context.rounds, bench.post, baselinePost);
    const detail = { items: bench.items, bytes: bench.body.length, oursMs: ours, baselineMs: baseline, rounds };
    return [{ name: 'ingest-vs-naive', value: ours / baseline, unit: 'x', bar: atMost(0.2), detail }];
  },
};
