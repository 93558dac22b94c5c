import { ManualClock } from '../../test/support/manual-clock';
import { Metrics } from '../metrics/metrics';
import { CreateLoad, type Aside } from './create-load';
import { IngestMetrics } from './ingest-metrics';
import { OverloadedError } from './ingest.errors';

describe('CreateLoad', () => {
  let metrics: Metrics;
  let load: CreateLoad;
  let ends: (() => void)[];

  beforeEach(() => {
    metrics = new Metrics({}, new ManualClock());
    load = new CreateLoad({ maxConcurrentCreates: 4 }, new IngestMetrics(metrics));
    ends = [];
  });

  /** A create that is worked on until it is ended. */
  function work(owner: string): Promise<void> {
    return load.run(owner, () => new Promise<void>((resolve) => ends.push(resolve)));
  }

  const refused = (owner: string) => expect(work(owner)).rejects.toBeInstanceOf(OverloadedError);

  async function working(): Promise<number> {
    return Number(/^meshbatch_creates_working (\d+)$/m.exec(await metrics.registry.metrics())?.[1]);
  }

  it('refuses more than it works on at once, without beginning them, and tells when to come again', async () => {
    const all = ['a', 'b', 'c', 'd'].map(work);
    await refused('e');
    expect([ends.length, await working()]).toEqual([4, 4]);
    await expect(work('e')).rejects.toMatchObject({
      code: 'service_unavailable',
      extras: { retry_after_seconds: 1 },
    });
    expect(await metrics.registry.metrics()).toContain('meshbatch_creates_overloaded_total{reason="process"} 2');
    for (const end of ends) end();
    await Promise.all(all);
    expect(await working()).toBe(0);
  });

  it('leaves a quarter to others than one owner', async () => {
    const all = ['a', 'a', 'a'].map(work);
    await refused('a');
    expect(await metrics.registry.metrics()).toContain('meshbatch_creates_overloaded_total{reason="owner"} 1');
    all.push(work('b'));
    for (const end of ends) end();
    await Promise.all(all);
  });

  it('works on so many and no more of those whose waits end together, in their order, and leaves room for others', async () => {
    const goOns: (() => void)[] = [];
    const done: number[] = [];
    const all = Array.from({ length: 10 }, (_, n) =>
      load.run('a', async (aside) => {
        await aside(() => new Promise<void>((resolve) => goOns.push(resolve)));
        await new Promise<void>((resolve) => ends.push(resolve));
        done.push(n);
      }),
    );
    expect(goOns).toHaveLength(10);
    for (const goOn of goOns) goOn();
    await new Promise(setImmediate);
    expect([ends.length, await working()]).toEqual([3, 3]);
    await refused('a');
    const other = work('b');
    expect(await working()).toBe(4);
    for (let ended = 0; ended < 11; ended++) {
      ends.shift()?.();
      await new Promise(setImmediate);
    }
    await Promise.all([...all, other]);
    expect([done, await working()]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0]);
  });

  it('leaves no place behind when a create ends while what it waited for goes on', async () => {
    let goOn = () => {};
    let late: Promise<void> = Promise.resolve();
    await load.run('a', async (aside) => {
      late = aside(() => new Promise<void>((resolve) => (goOn = resolve)));
    });
    const others = ['b', 'c', 'd', 'e'].map(work);
    goOn();
    await late;
    for (const end of ends) end();
    await Promise.all(others);
    expect(await working()).toBe(0);
  });

  it('does not count one that waits, and counts it again when it goes on', async () => {
    let goOn = () => {};
    const waits = load.run('a', async (aside) => {
      await aside(() => new Promise<void>((resolve) => (goOn = resolve)));
      await new Promise<void>((resolve) => ends.push(resolve));
    });
    expect(await working()).toBe(0);
    goOn();
    await new Promise(setImmediate);
    expect(await working()).toBe(1);
    ends[0]?.();
    await waits;
    expect(await working()).toBe(0);
  });

  it('counts right when work fails, also with a wait that outlasts it', async () => {
    let goOn = () => {};
    const leaveBehind = (aside: Aside) => {
      void aside(() => new Promise<void>((resolve) => (goOn = resolve)));
      return Promise.reject(new Error('too slow'));
    };
    await expect(load.run('a', leaveBehind)).rejects.toThrow('too slow');
    expect(await working()).toBe(0);
    goOn();
    await new Promise(setImmediate);
    expect(await working()).toBe(0);
  });
});
