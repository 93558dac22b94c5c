import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import { ManualClock } from '../../test/support/manual-clock';
import { Metrics } from './metrics';

const COUNTER = { name: 'meshbatch_seen_total', help: 'Seen', labelNames: ['kind'] as const };
const GAUGES = {
  waiting: { name: 'meshbatch_waiting', help: 'Waiting', labelNames: ['kind'] as const },
  age: { name: 'meshbatch_age_seconds', help: 'Age of the oldest' },
};

describe('Metrics', () => {
  const clock = new ManualClock();
  beforeAll(() => Logger.overrideLogger(false));
  let registry: Registry;
  let metrics: Metrics;
  beforeEach(() => {
    registry = new Registry();
    metrics = new Metrics({ registry }, clock);
  });
  /** The samples of a scrape whose names begin with `name`. */
  const samples = async (name: string) =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'));

  it('has a registry of its own where none is given', async () => {
    const [one, other] = [new Metrics({}, clock), new Metrics({}, clock)];
    one.counter(COUNTER).inc({ kind: 'a' });
    expect(await one.registry.metrics()).toContain('meshbatch_seen_total{kind="a"} 1');
    expect(await other.registry.metrics()).not.toContain('meshbatch_seen_total');
  });

  it('gives the same metric for a name that is declared again, also by another application', async () => {
    metrics.counter(COUNTER).inc({ kind: 'a' });
    new Metrics({ registry }, clock).counter(COUNTER).inc({ kind: 'a' }, 2);
    expect(await samples('meshbatch_seen_total')).toEqual(['meshbatch_seen_total{kind="a"} 3']);
    const histogram = metrics.histogram({ name: 'meshbatch_took_seconds', help: 'Took' });
    expect(metrics.histogram({ name: 'meshbatch_took_seconds', help: 'Took' })).toBe(histogram);
    const gauge = metrics.gauge(GAUGES.waiting);
    expect(metrics.gauge(GAUGES.waiting)).toBe(gauge);
  });

  it('refuses a name that is a metric of another kind', () => {
    metrics.counter(COUNTER);
    expect(() => metrics.gauge(COUNTER)).toThrow('already been registered');
  });

  it('reads gauges at the scrape, all of them by one look', async () => {
    let looks = 0;
    const read = () => {
      looks += 1;
      return Promise.resolve({ waiting: [{ labels: { kind: 'a' }, value: 2 }], age: [{ value: looks }] });
    };
    metrics.readAtScrape('rows', GAUGES, read);
    expect(await samples('meshbatch_')).toEqual(['meshbatch_waiting{kind="a"} 2', 'meshbatch_age_seconds 1']);
    expect(await samples('meshbatch_age')).toEqual(['meshbatch_age_seconds 2']);
    expect(looks).toBe(2);
  });

  it('leaves out what is not there any more', async () => {
    const waiting = [{ labels: { kind: 'a' }, value: 2 }];
    metrics.readAtScrape('rows', GAUGES, () => ({ waiting: waiting.splice(0), age: [] }));
    expect(await samples('meshbatch_waiting')).toHaveLength(1);
    expect(await samples('meshbatch_')).toEqual([]);
  });

  it('leaves out what cannot be read, counts that once a scrape, and serves the rest', async () => {
    metrics.counter(COUNTER).inc({ kind: 'a' });
    let broken = true;
    metrics.readAtScrape('rows', GAUGES, () => {
      if (broken) throw new Error('The database is away');
      return { waiting: [], age: [{ value: 7 }] };
    });
    await registry.metrics();
    expect(await samples('meshbatch_')).toEqual([
      'meshbatch_scrape_errors_total{source="rows"} 1',
      'meshbatch_seen_total{kind="a"} 1',
    ]);
    broken = false;
    expect(await samples('meshbatch_age')).toEqual(['meshbatch_age_seconds 7']);
  });

  it('gives up a look that hangs, and begins no other while it does', async () => {
    let looks = 0;
    let answer: (readings: { waiting: []; age: { value: number }[] }) => void = () => undefined;
    metrics.readAtScrape('rows', GAUGES, () => {
      looks += 1;
      return new Promise((resolve) => (answer = resolve));
    });
    for (const errors of [0, 1]) {
      const scrape = samples('meshbatch_');
      await clock.forward(5_000);
      expect(await scrape).toEqual(errors === 0 ? [] : [`meshbatch_scrape_errors_total{source="rows"} ${errors}`]);
    }
    const scrape = samples('meshbatch_age');
    answer({ waiting: [], age: [{ value: 9 }] });
    expect(await scrape).toEqual(['meshbatch_age_seconds 9']);
    expect(looks).toBe(1);
  });

  it('tells the largest of several applications, and nothing of those that are closed', async () => {
    const other = new Metrics({ registry }, clock);
    metrics.readAtScrape('rows', GAUGES, () => ({ waiting: [], age: [{ value: 5 }] }));
    other.readAtScrape('rows', GAUGES, () => ({ waiting: [], age: [{ value: 3 }] }));
    expect(await samples('meshbatch_age')).toEqual(['meshbatch_age_seconds 5']);
    metrics.onModuleDestroy();
    expect(await samples('meshbatch_age')).toEqual(['meshbatch_age_seconds 3']);
    other.onModuleDestroy();
    expect(await samples('meshbatch_age')).toEqual([]);
  });
});
