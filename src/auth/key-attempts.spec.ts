import { Logger } from '@nestjs/common';
import { ManualClock } from '../../test/support/manual-clock';
import { Metrics } from '../metrics/metrics';
import { KeyAttempts } from './key-attempts';

const LIMIT = 5;
const ADDRESS = '192.0.2.7';
const GOOD = 'the hash of a good key';

describe('wrong keys', () => {
  let clock: ManualClock;
  let metrics: Metrics;
  let attempts: KeyAttempts;
  let lookedUp: number;
  let warned: jest.SpyInstance;

  beforeEach(() => {
    clock = new ManualClock();
    metrics = new Metrics({}, clock);
    attempts = new KeyAttempts({ wrongKeysPerMinute: LIMIT }, clock, metrics);
    lookedUp = 0;
    warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  });
  afterEach(() => warned.mockRestore());

  /** Resolves to how it ended; the look-up takes a few turns, as one in a database does. */
  async function attempt(hash: string, address: string | undefined = ADDRESS): Promise<string> {
    const look = async () => {
      lookedUp += 1;
      await new Promise((done) => setImmediate(done));
      return hash === GOOD ? 'owner' : null;
    };
    return attempts.look(hash, address, look).catch(({ code }: { code: string }) => code);
  }

  const counted = async (reason: string) => {
    const metric = await metrics.registry.getSingleMetric('meshbatch_refused_keys_total')?.get();
    return metric?.values.find(({ labels }) => labels.reason === reason)?.value ?? 0;
  };

  function tally(outcomes: readonly string[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  }

  const tries = (count: number, hashOf: (index: number) => string) =>
    Promise.all(Array.from({ length: count }, (_, index) => attempt(hashOf(index))));

  it.each<[string, (index: number) => string]>([
    ['the same one', () => 'wrong'],
    ['another one each time', (index) => `wrong ${index}`],
  ])('10,000 at once, %s: no more than the limit are looked up', async (_, hashOf) => {
    expect(tally(await tries(10_000, hashOf))).toEqual({
      unauthorized: LIMIT,
      rate_limit_exceeded: 10_000 - LIMIT,
    });
    expect(lookedUp).toBe(LIMIT);
    expect([await counted('wrong'), await counted('limited')]).toEqual([LIMIT, 10_000 - LIMIT]);
  });

  it('one after the other, until the minute is over, and it is said when that is', async () => {
    for (let index = 0; index < LIMIT; index++) expect(await attempt('wrong')).toBe('unauthorized');
    await clock.forward(18_500);
    const refused = attempts.look('wrong', ADDRESS, () => Promise.resolve('found'));
    await expect(refused).rejects.toMatchObject({ extras: { retry_after_seconds: 42 } });
    await clock.forward(41_499);
    expect(await attempt('wrong')).toBe('rate_limit_exceeded');
    await clock.forward(1);
    expect(await attempt('wrong')).toBe('unauthorized');
    expect(lookedUp).toBe(LIMIT + 1);
  });

  it('do not keep out a key that was let in before, and others do until the minute is over', async () => {
    expect(await attempt(GOOD)).toBe('owner');
    await tries(100, () => 'wrong');
    expect(await attempt(GOOD)).toBe('owner');
    expect(await attempt('new, and good perhaps')).toBe('rate_limit_exceeded');
    expect(await attempt('wrong', '192.0.2.8')).toBe('unauthorized');
  });

  it('a key that was let in before and is wrong now counts like any other', async () => {
    const look = (found: string | null) => () => Promise.resolve(found);
    expect(await attempts.look('revoked later', ADDRESS, look('owner'))).toBe('owner');
    await expect(attempts.look('revoked later', ADDRESS, look(null))).rejects.toMatchObject({ code: 'unauthorized' });
    await tries(100, () => 'wrong');
    expect(await attempt('revoked later')).toBe('rate_limit_exceeded');
  });

  it('a burst of a good key that is new is let in, however large', async () => {
    expect(tally(await tries(200, () => GOOD))).toEqual({ owner: 200 });
  });

  it('a look-up that fails is nobody’s wrong key', async () => {
    const broken = () => attempts.look('any', ADDRESS, () => Promise.reject(new Error('no database')));
    for (let index = 0; index < LIMIT * 2; index++) await expect(broken()).rejects.toThrow('no database');
    expect(await attempt(GOOD)).toBe('owner');
  });

  it('are told in the log twice, with where from and how many, and never the key or its hash', async () => {
    await tries(100, (index) => `wrong ${index}`);
    expect(warned.mock.calls.map(([fields]) => fields as object)).toEqual([
      { event: 'wrong_api_key', address: ADDRESS, count: 1 },
      { event: 'wrong_api_key', address: ADDRESS, count: LIMIT },
    ]);
    expect(JSON.stringify(warned.mock.calls)).not.toMatch(/wrong \d/);
  });

  it('from ever new addresses take no more memory than a bound', async () => {
    for (let index = 0; index < 10_050; index++)
      await attempt('wrong', `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
    const { windows } = attempts as unknown as { windows: Map<string, unknown> };
    expect(windows.size).toBe(10_000);
  });

  it('leave nothing behind where there were none', async () => {
    await attempt(GOOD);
    const { windows } = attempts as unknown as { windows: Map<string, unknown> };
    expect(windows.size).toBe(0);
  });
});
