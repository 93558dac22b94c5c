import type { DataSource } from 'typeorm';
import { MovableClock } from '../../test/support/execution/movable-clock';
import { openRows } from '../../test/support/postgres/open-rows';
import { testDatabase } from '../../test/support/postgres/test-database';
import { embeddedDatabase, serverDatabase, type TestDatabase } from '../../test/support/postgres/test-databases';
import { ProviderPauses, PROBE_MS, type ProviderPause } from './provider-pauses';

const MINUTE = 60_000;

describe.each([
  ['a Postgres server', serverDatabase],
  ['the embedded database', embeddedDatabase],
] as const)('ProviderPauses on %s', (_, make: () => Promise<TestDatabase>) => {
  let opened: TestDatabase;
  let rows: DataSource;
  let clock: MovableClock;
  let here: ProviderPauses;
  let there: ProviderPauses;
  let provider = 'acme-0';

  beforeAll(async () => {
    opened = await make();
    rows = await openRows(opened);
  });
  beforeEach(() => {
    clock = new MovableClock();
    provider = `acme-${Number(provider.slice(5)) + 1}`;
    [here, there] = [1, 2].map(() => new ProviderPauses(testDatabase(rows), clock)) as [ProviderPauses, ProviderPauses];
  });
  afterAll(async () => {
    await rows?.destroy();
    await opened?.close();
  });

  const pause = (ms: number, more: Partial<ProviderPause> = {}) =>
    here.pause({ provider, calls: 'submits', reason: 'rate', until: clock.now() + ms, ...more });

  it('are seen by the others, the longer of two with its reason', async () => {
    const until = await pause(2 * MINUTE, { reason: 'credentials' });
    expect(await pause(MINUTE)).toBe(until);
    expect(await there.admit(provider)).toBeNull();
    await there.refresh();
    expect([await there.admit(provider), there.pausedUntil(provider), here.pausedUntil(provider)]).toEqual(
      Array(3).fill(until),
    );
    const found = (await there.list()).filter((each) => each.provider === provider);
    expect(found).toEqual([{ provider, calls: 'submits', reason: 'credentials', until }]);
    expect(await there.admit('another')).toBeNull();
  });

  it('end with one probe, whoever asks, and with what becomes of it', async () => {
    await pause(MINUTE);
    await there.refresh();
    clock.forward(MINUTE);
    const asked = await Promise.all([here, there, here, there].map((each) => each.admit(provider)));
    expect(asked.filter((until) => until === null)).toHaveLength(1);
    const [prober, other] = asked[0] === null || asked[2] === null ? [here, there] : [there, here];
    expect([prober.pausedSince(provider), await other.answered(provider)]).toEqual([null, null]);
    expect(await other.admit(provider)).toBeGreaterThan(clock.now());

    // It was refused again: for shorter than the others would have waited for it.
    const until = clock.now() + 1000;
    expect(await prober.pause({ provider, calls: 'submits', reason: 'rate', until })).toBe(until);
    clock.forward(1000);
    expect(await prober.admit(provider)).toBeNull();
    const awaited = prober.pausedUntil(provider);
    expect(awaited).toBeGreaterThan(clock.now());
    expect([await prober.answered(provider), prober.pausedUntil(provider)]).toEqual([awaited, null]);
    await other.refresh();
    expect(await Promise.all([prober, other, prober].map((each) => each.admit(provider)))).toEqual([null, null, null]);
  });

  it('are probed again when the first probe never tells, and its late answer ends no newer wait', async () => {
    await pause(MINUTE);
    await there.refresh();
    clock.forward(MINUTE);
    expect(await here.admit(provider)).toBeNull();
    clock.forward(PROBE_MS);
    expect(await there.admit(provider)).toBeNull();
    expect(await here.answered(provider)).toBeNull();
    await here.refresh();
    expect(await here.admit(provider)).toBeGreaterThan(clock.now());
    expect(await there.answered(provider)).not.toBeNull();
  });

  it('end although that could not be written the first time', async () => {
    await pause(MINUTE);
    clock.forward(MINUTE);
    expect(await here.admit(provider)).toBeNull();
    const cut = jest.spyOn(rows.manager, 'query').mockRejectedValueOnce(new Error('The connection was cut'));
    await expect(here.answered(provider)).rejects.toThrow('cut');
    cut.mockRestore();
    expect(await here.answered(provider)).not.toBeNull();
    expect(await here.answered(provider)).toBeNull();
  });

  it('of polls leave submits alone', async () => {
    await pause(MINUTE, { calls: 'polls' });
    await there.refresh();
    expect([there.without('polls').includes(provider), await there.admit(provider)]).toEqual([true, null]);
    clock.forward(MINUTE);
    expect(there.without('polls')).not.toContain(provider);
  });
});
