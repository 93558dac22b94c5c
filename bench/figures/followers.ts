import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, type Figure, type Measured } from '../support/figure';
import { HelperProcess } from '../support/helper-process';
import { Deployment } from '../support/meshbatch';
import { withRows } from '../support/rows';
import { cpuSeconds } from '../support/process-usage';
import { seedRunning } from '../support/seed-running';
import { quantile } from '../support/statistics';

const FULL = { jobs: 10_000, intervalMs: 30_000, warmUpMs: 35_000, windowMs: 65_000 };
const SHORT = { jobs: 200, intervalMs: 1_000, warmUpMs: 1_500, windowMs: 2_500 };
const START_MS = 30_000;

/** What it costs one worker to follow many open jobs, and how late it looks at them. */
export const followers: Figure = {
  names: ['followers', 'followers-cpu', 'followers-lag'],
  async run(context): Promise<Measured[]> {
    const { jobs, intervalMs, warmUpMs, windowMs } = context.short ? SHORT : FULL;
    const stub = await HelperProcess.start('openai-stub', context.cleanups);
    const upstream = await stub.ask<string>('start');
    const provider = { OPENAI_API_KEY: 'sk-simulated', OPENAI_BASE_URL: upstream };
    const deployment = await Deployment.create(context, {
      ...provider,
      POLL_INTERVAL_MS: String(intervalMs),
    });
    await withRows(deployment.databaseUrl, (rows) => seedRunning(rows, jobs, intervalMs));
    const worker = await deployment.start('worker');
    await until('the worker polls', async () => (await stub.ask<number>('polled')) > 0);
    await sleep(warmUpMs);
    const [cpu, polls, begun] = [cpuSeconds(worker.pid), await stub.ask<number>('polled'), performance.now()];
    await sleep(windowMs);
    const seconds = (performance.now() - begun) / 1000;
    const share = (cpuSeconds(worker.pid) - cpu) / seconds;
    const polled = (await stub.ask<number>('polled')) - polls;
    const gaps = await stub.ask<number[]>('pollGaps', jobs, windowMs, intervalMs);
    const lag = quantile(gaps, 0.99) / intervalMs;
    const detail = {
      jobs,
      intervalMs,
      windowS: seconds,
      polls: polled,
      pollsPerS: polled / seconds,
      gaps: gaps.length,
    };
    return [
      { name: 'followers-cpu', value: share, unit: 'core', bar: atMost(0.25), detail },
      { name: 'followers-lag', value: lag, unit: 'x', bar: atMost(1.2), detail },
    ];
  },
};

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`It never came to this: ${what}`);
    await sleep(50);
  }
}
