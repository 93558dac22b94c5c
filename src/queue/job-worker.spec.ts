import { ManualClock, settled } from '../../test/support/manual-clock';
import { Metrics } from '../metrics/metrics';
import type { JobQueue } from './job-queue';
import { JobWorker } from './job-worker';
import { Wake } from './wake';

const CONCURRENCY = 8;

describe('JobWorker', () => {
  it('runs eight jobs of a queue at once, however many there are, and goes on as they end', async () => {
    const clock = new ManualClock();
    const wake = new Wake(clock);
    let left = 20;
    let done = 0;
    const fetch = (_: string, { batchSize }: { batchSize: number }) => {
      const count = Math.min(left, batchSize);
      left -= count;
      return Promise.resolve(Array.from({ length: count }, (_each, at) => ({ id: `${left + at}`, singletonKey: '' })));
    };
    const complete = () => Promise.resolve(done++);
    const queue = { boss: { fetch, complete }, wakeOf: () => wake } as unknown as JobQueue;
    const worker = new JobWorker(queue, new Metrics({}, clock));
    const open: (() => void)[] = [];
    let most = 0;
    worker.register('steps', async () => {
      await new Promise<void>((resolve) => (most = Math.max(most, open.push(resolve))));
    });
    worker.start();
    await settled();
    expect([open.length, left]).toEqual([CONCURRENCY, 12]);
    for (; done < 20; await settled()) open.shift()?.();
    expect([most, left]).toEqual([CONCURRENCY, 0]);
    await worker.stop();
  });
});
