/** @jest-environment ./test/simulation/engine-environment.ts */
import type { PGlite as Engine } from '@electric-sql/pglite';
import { Logger } from '@nestjs/common';
import { FULL_TIER } from '../support/tier';
import { MUTANTS } from './mutants';
import { openPlace, type OpenPlace } from './place';
import { REGRESSIONS } from './regressions';
import { runHistory, type HistoryOptions } from './world/history';
import { replayCommand, shrink } from './world/shrink';

/** Of {@link EngineEnvironment}. */
declare const PGlite: typeof Engine;

const HISTORIES = FULL_TIER ? 2000 : 2;
const SAMPLED_MUTANTS = ['a lease is taken from whoever holds it', 'a provider has slots for all'];
const SILENT = { log: () => undefined, warn: () => undefined, error: () => undefined };

jest.setTimeout(150_000);

describe('histories in virtual time', () => {
  let place: OpenPlace;

  beforeAll(async () => {
    place = await openPlace(SILENT, PGlite);
  });

  afterAll(async () => {
    await place.close();
    Logger.overrideLogger(['log', 'warn', 'error', 'fatal']);
  });

  it('runs the same history for the same seed, and another one for another', async () => {
    const first = await runHistory(place, { seed: 7 });
    const [again, other] = [await runHistory(place, { seed: 7 }), await runHistory(place, { seed: 8 })];
    expect(again).toEqual(first);
    expect(first.fired.length).toBeGreaterThan(0);
    expect(other.hash).not.toBe(first.hash);
  });

  (FULL_TIER ? it : it.skip)('runs the same history when only the faults that fired are allowed', async () => {
    const { fired, hash } = await runHistory(place, { seed: 7 });
    const only = new Set(fired.map(({ decision }) => decision));
    expect((await runHistory(place, { seed: 7, only })).hash).toBe(hash);
  });

  it(
    `finds nothing wrong in ${HISTORIES} histories`,
    async () => {
      for (let seed = 1; seed <= HISTORIES; seed++) await expectNothingWrong({ seed });
    },
    FULL_TIER ? 7_200_000 : 150_000,
  );

  for (const { was, seed, only, batches } of REGRESSIONS) {
    it(`goes well where once: ${was}`, async () => {
      await expectNothingWrong({
        seed,
        ...(only && { only: new Set(only) }),
        ...(batches !== undefined && { batches }),
      });
    });
  }

  describe('notices when a rule is broken', () => {
    const mutants = Object.entries(MUTANTS).filter(([name]) => FULL_TIER || SAMPLED_MUTANTS.includes(name));

    it.each(mutants)('%s', async (_name, { breakRule, from }) => {
      const mend = breakRule();
      try {
        expect(await firstViolation(from, 30)).not.toBeNull();
      } finally {
        mend();
      }
    });
  });

  it('shrinks a history that fails to the faults that it takes', async () => {
    const { breakRule, from } = MUTANTS['a provider has slots for all']!;
    const mend = breakRule();
    try {
      const failing = await runHistory(place, { seed: from });
      const { options, result } = await shrink(place, failing);
      expect(result.violations).not.toEqual([]);
      expect(result.fired.length).toBeLessThanOrEqual(failing.fired.length);
      expect(replayCommand(options)).toContain(`--seed ${from} --only `);
    } finally {
      mend();
    }
  });

  async function expectNothingWrong(options: HistoryOptions): Promise<void> {
    const result = await runHistory(place, options);
    if (result.violations.length === 0) return;
    const { options: least, result: shrunk } = await shrink(place, result);
    throw new Error(`${shrunk.violations.join('\n')}\nAgain: ${replayCommand(least)}`);
  }

  /** Of the histories from that seed on. */
  async function firstViolation(from: number, most: number): Promise<string | null> {
    for (let seed = from; seed < from + most; seed++) {
      const { violations } = await runHistory(place, { seed });
      if (violations[0] !== undefined) return violations[0];
    }
    return null;
  }
});
