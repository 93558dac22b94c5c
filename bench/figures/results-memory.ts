import { setTimeout as sleep } from 'node:timers/promises';
import { linesUrl, outputOf, readWhole } from '../support/completed-batch';
import { atMost, type Figure, type Measured } from '../support/figure';
import { HelperProcess } from '../support/helper-process';
import { LARGE_ITEMS, LARGE_MODEL, MIB, postSmall, SHORT_LARGE_ITEMS, type Posted } from '../support/large-batch';
import { Deployment } from '../support/meshbatch';
import { peakResidentBytes, residentBytes } from '../support/process-usage';

const COMPLETION_MS = 600_000;
const SETTLE_MS = 3_000;

/** Memory while the results of a million items are read, as JSON lines and as a file. */
export const resultsMemory: Figure = {
  names: ['results-memory'],
  async run(context): Promise<Measured[]> {
    const deployment = await Deployment.create(context);
    const taker = await deployment.start('all');
    const sender = await HelperProcess.start('large-body', context.cleanups);
    const small = await postSmall(taker.url);
    const items = context.short ? SHORT_LARGE_ITEMS : LARGE_ITEMS;
    const { id } = await sender.ask<Posted>('post', taker.url, LARGE_MODEL, items);
    const begun = performance.now();
    const output = await outputOf(taker.url, id, COMPLETION_MS);
    const completedS = (performance.now() - begun) / 1000;
    const smallOutput = await outputOf(taker.url, small, COMPLETION_MS);
    await taker.stop();

    // A process that has not seen the batch: what it grows by is the reading's.
    const { url, pid } = await deployment.start('api');
    for (let i = 0; i < 5; i++) {
      await readWhole(`${url}/v1/files/${smallOutput}/content`);
      await readWhole(await linesUrl(url, small, smallOutput));
    }
    await sleep(context.short ? 200 : SETTLE_MS);
    const lines = await linesUrl(url, id, output);
    const idle = residentBytes(pid);
    const asLines = await peakResidentBytes(pid, () => readWhole(lines));
    const asFile = await peakResidentBytes(pid, () => readWhole(`${url}/v1/files/${output}/content`));
    const growth = (Math.max(asLines.peak, asFile.peak) - idle) / MIB;
    const detail = {
      ...{ items, completedS, route: new URL(lines).pathname.replace(/\w+_\w+/, '{id}'), idleMiB: idle / MIB },
      ...{ linesMiB: (asLines.peak - idle) / MIB, fileMiB: (asFile.peak - idle) / MIB, bytes: asLines.result },
    };
    return [{ name: 'results-memory', value: growth, unit: 'MiB', bar: atMost(64), detail }];
  },
};
