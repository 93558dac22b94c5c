import { atMost, type Figure, type Measured } from '../support/figure';
import { HelperProcess } from '../support/helper-process';
import {
  LARGE_ITEMS,
  LARGE_MODEL,
  MIB,
  postSmall,
  SHORT_LARGE_ITEMS,
  warmUp,
  type Posted,
} from '../support/large-batch';
import { Deployment } from '../support/meshbatch';
import { peakResidentBytes, residentBytes } from '../support/process-usage';
import { quantile } from '../support/statistics';

/** Short, so that a stall meets more than one look in a hundred; not none, so that the looks are not the load. */
const PROBE_PAUSE_MS = 10;

/** Memory, and answers to others, while one body of a million items is taken. */
export const largeIngest: Figure = {
  names: ['ingest-memory', 'responsive'],
  async run(context): Promise<Measured[]> {
    const { cleanups, short } = context;
    const deployment = await Deployment.create(context);
    const service = await deployment.start('api');
    const sender = await HelperProcess.start('large-body', cleanups);
    const prober = await HelperProcess.start('prober', cleanups);
    await warmUp(service.url, short);
    const other = `${service.url}/v1/batches/${await postSmall(service.url)}`;
    const items = short ? SHORT_LARGE_ITEMS : LARGE_ITEMS;
    const idle = residentBytes(service.pid);
    await prober.ask('start', other, PROBE_PAUSE_MS);
    const { peak, result: posted } = await peakResidentBytes(service.pid, () =>
      sender.ask<Posted>('post', service.url, LARGE_MODEL, items),
    );
    const looks = await prober.ask<number[]>('stop');
    const seconds = posted.ms / 1000;
    const memory = { items, bytes: posted.bytes, seconds, idleMiB: idle / MIB, peakMiB: peak / MIB };
    const spread = { looks: looks.length, p50: quantile(looks, 0.5), max: Math.max(...looks) };
    return [
      { name: 'ingest-memory', value: (peak - idle) / MIB, unit: 'MiB', bar: atMost(64), detail: memory },
      { name: 'responsive', value: quantile(looks, 0.99), unit: 'ms', bar: atMost(25), detail: spread },
      { name: 'large-ingest', value: posted.bytes / MIB / seconds, unit: 'MiB/s', bar: null },
    ];
  },
};
