import { readItemId, toItemId } from '../../src/execution/item-id';
import type { Attempt } from '../../src/providers/contract/adapter';
import { ProviderCallError } from '../../src/providers/contract/errors';
import { FULL_TIER } from '../support/tier';
import { MemoryWatch } from './blob-store.contract';
import { ALL, indexesOf, Scenario, TOKENS, type AdapterHarness } from './scenario';

/** What a vendor's API does not have, so that no adapter of it can give. */
export interface AdapterLimits {
  /** The create carries the requests: nothing is staged that could be fenced. */
  readonly inline?: boolean;
  /** A job carries no name of ours: only the results of one that has ended tell whose it is. */
  readonly unnamed?: boolean;
  /** A job cannot be told to stop: it runs to its end. */
  readonly noCancel?: boolean;
  /** Of a job that was stopped or expired nothing can be read, not even what ran. */
  readonly losesPartial?: boolean;
  /** How a job of which part was cancelled or expired ends, where the vendor has no word for it. */
  readonly partlyRun?: 'completed';
  /** It does not count items, not even at the end. */
  readonly uncounted?: boolean;
  /** It takes a create whose input is gone, and fails it before anything runs. */
  readonly failsLate?: boolean;
  /** The job names the model, and its lines do not. */
  readonly modelOnJob?: boolean;
  /** Items that never ran have no row: that they did not run is known from the end of their job. */
  readonly omitsUnrun?: boolean;
  /** Results cannot be removed: they stay until the vendor forgets the job. */
  readonly keepsResults?: boolean;
  /** Items have no window: what does not run stays pending. */
  readonly neverExpires?: boolean;
}

/** What execution relies on in every adapter. */
export function describeProviderAdapter(
  name: string,
  start: () => Promise<AdapterHarness>,
  limits: AdapterLimits = {},
): void {
  describe(`${name}: the adapter's contract`, () => {
    let harness: AdapterHarness;
    let scenario: Scenario<AdapterHarness>;
    beforeEach(async () => {
      harness = await start();
      scenario = new Scenario(harness);
    });
    afterEach(() => harness.close());

    async function expectFenced(attempt: Attempt): Promise<void> {
      const create = scenario.adapter.submit(attempt, scenario.lines(attempt), scenario.signal);
      if (!limits.failsLate) return expect(create).rejects.toBeInstanceOf(ProviderCallError);
      const { id } = await create;
      await harness.finish(id);
      expect(await scenario.state(id)).toBe('failed');
      expect(await scenario.outcomes(id)).toEqual([]);
    }

    function describeFencing(): void {
      it('fences an attempt, so that a create on its way cannot run; again and again', async () => {
        const staged = await scenario.stage(scenario.attempt());
        for (let time = 0; time < 2; time++) await scenario.adapter.withdraw(staged, scenario.signal);
        await expectFenced(staged);
        if (!limits.failsLate) expect(await scenario.adapter.find(staged, scenario.signal)).toBeNull();
      });

      it('fences an upload whose answer was lost, by its name, and nothing else', async () => {
        const lost = scenario.attempt();
        const staged = await scenario.stage(lost);
        const other = await scenario.stage(scenario.attempt(TOKENS[1]));
        await scenario.adapter.withdraw(lost, scenario.signal);
        await scenario.adapter.withdraw(scenario.attempt(TOKENS[2]), scenario.signal);
        await expectFenced(staged);
        const create = scenario.adapter.submit(other, scenario.lines(other), scenario.signal);
        await expect(create).resolves.toMatchObject({ id: expect.any(String) });
      });
    }

    function describeCancel(): void {
      it('says whether a cancel keeps what ran', () => {
        expect(scenario.adapter.capabilities.cancel).toBe(limits.losesPartial ? 'discards' : 'stops');
      });

      it('cancels a job half done, takes a second cancel, and reads what ran', async () => {
        harness.hold();
        const { id } = await scenario.submit();
        await harness.halfway(id);
        for (let time = 0; time < 2; time++) await scenario.adapter.cancel(id, scenario.signal);
        await harness.finish(id);
        expect(await scenario.state(id)).toBe(limits.partlyRun ?? 'cancelled');
        const outcomes = await scenario.outcomes(id);
        if (limits.losesPartial) return expect(outcomes).toEqual([]);
        const ran = outcomes.filter(({ response }) => response !== null);
        expect(indexesOf(outcomes)).toEqual(limits.omitsUnrun ? indexesOf(ran) : ALL);
        expect([ran.length > 0, ran.length < 8]).toEqual([true, true]);
        for (const { response, error } of outcomes) expect(response === null).toBe(error?.code === 'batch_cancelled');
      });

      it('does not mind a cancel of a job that has ended', async () => {
        const { id } = await scenario.submit();
        await harness.finish(id);
        await scenario.adapter.cancel(id, scenario.signal);
        expect(await scenario.state(id)).toBe('completed');
        expect(indexesOf(await scenario.outcomes(id))).toEqual(ALL);
      });
    }

    it('encodes an item as one line under our id, without the caller’s model and stream', () => {
      const line = scenario.line(3, TOKENS[0], 'two\nlines').toString();
      expect(line).not.toContain('\n');
      expect(line).toContain(toItemId(3, TOKENS[0]));
      if (!limits.modelOnJob) expect(line).toContain(`"${harness.model}"`);
      expect(line).not.toMatch(/stream|\/x"/);
    });

    it('gives every item of a job exactly one outcome, under the id that went up', async () => {
      const { id } = await scenario.submit();
      await harness.finish(id);
      const remote = await scenario.adapter.poll(id, scenario.signal);
      expect(remote).toMatchObject({
        id,
        state: 'completed',
        counts: limits.uncounted ? null : { total: 8, succeeded: 8, failed: 0 },
        errors: [],
      });
      const outcomes = await scenario.outcomes(id);
      expect(indexesOf(outcomes)).toEqual(ALL);
      for (const { itemId, response, error } of outcomes) {
        expect([error, response?.statusCode]).toEqual([null, 200]);
        expect(response?.body.toString()).toContain(`say ${readItemId(itemId, TOKENS[0])}`);
      }
      expect(indexesOf(await scenario.outcomes(id))).toEqual(ALL);
    });

    it('finds the job of an attempt and of no other, and none that never was', async () => {
      const other = await scenario.submit(TOKENS[1]);
      if (limits.unnamed) await harness.finish(other.id);
      const staged = await scenario.stage(scenario.attempt());
      expect(await scenario.adapter.find(staged, scenario.signal)).toBeNull();
      const { id } = await scenario.adapter.submit(staged, scenario.lines(staged), scenario.signal);
      if (limits.unnamed) await harness.finish(id);
      expect(await scenario.adapter.find(staged, scenario.signal)).toMatchObject({ id });
      expect(await scenario.adapter.find(other.attempt, scenario.signal)).toMatchObject({ id: other.id });
      expect(await scenario.adapter.find(scenario.attempt(TOKENS[2]), scenario.signal)).toBeNull();
    });

    if (!limits.inline) describeFencing();

    if (limits.noCancel) {
      it('says that a job cannot be told to stop', () => {
        expect(scenario.adapter.capabilities.cancel).toBe('none');
      });
    } else describeCancel();

    it('says that it does not know a job', async () => {
      const refused = { name: 'ProviderCallError', failure: 'not_found' };
      await expect(scenario.adapter.poll('none', scenario.signal)).rejects.toMatchObject(refused);
      await expect(scenario.outcomes('none')).rejects.toMatchObject(refused);
    });

    it('clears up what the attempt left, again and again, and nothing of another', async () => {
      const [ours, other] = [await scenario.submit(), await scenario.submit(TOKENS[1])];
      await Promise.all([harness.finish(ours.id), harness.finish(other.id)]);
      const staged = await scenario.stage(scenario.attempt(TOKENS[2]));
      for (let time = 0; time < 2; time++) {
        // A provider may no longer know the job at all, which is what was wanted.
        await scenario.adapter.cleanup(ours.attempt, ours.id, scenario.signal);
      }
      expect(indexesOf(await scenario.outcomes(other.id), TOKENS[1])).toEqual(ALL);
      const next = await scenario.adapter.submit(staged, scenario.lines(staged), scenario.signal);
      await harness.finish(next.id);
      expect(indexesOf(await scenario.outcomes(next.id), TOKENS[2])).toEqual(ALL);
      if (!limits.keepsResults) await expect(scenario.outcomes(ours.id)).rejects.toBeInstanceOf(Error);
    });

    const [rowsOfMuch, rowBytes] = [FULL_TIER ? 5000 : 500, 60_000];
    it(`reads ${(rowsOfMuch * rowBytes) / 1e6} MB of results in little memory`, async () => {
      await harness.withLargeResults({ rows: rowsOfMuch, rowBytes }, async (adapter, id) => {
        const memory = new MemoryWatch();
        let [rows, bytes] = [0, 0];
        for await (const { response } of adapter.results(id, scenario.signal, '/v1/chat/completions')) {
          bytes += response?.body.length ?? 0;
          if (++rows % 100 === 0) memory.sample();
        }
        expect([rows, bytes > 0.98 * rowsOfMuch * rowBytes]).toEqual([rowsOfMuch, true]);
        expect(memory.peakMiB).toBeLessThan(24);
      });
    });
  });
}
