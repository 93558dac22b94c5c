import type * as Undici from 'undici';
import { IncompleteDownloadError, type Attempt } from '../../src/providers/contract/adapter';
import { ProviderCallError, type CallFailure } from '../../src/providers/contract/errors';
import type { FaultKind } from '../support/upstreams/kit/faults';
import type { AdapterLimits } from './provider-adapter.contract';
import { ALL, indexesOf, Scenario, TOKENS, type AdapterHarness } from './scenario';
import { openTrap } from './trap';

/** The calls of an adapter that reach its provider. */
export type AdapterCall = 'stage' | 'submit' | 'find' | 'poll' | 'results' | 'cancel' | 'withdraw' | 'cleanup';

/** A harness whose provider is reached over a network that can fail. */
export interface FaultyHarness extends AdapterHarness {
  /** Breaks the next request that this call makes. */
  fail(call: AdapterCall, kind: FaultKind): void;
  /** Resolves when a create has reached the provider or, where it is to be done, is done. */
  createArrived(done: boolean): Promise<void>;
  /** Ids of all jobs that were made, whatever we were told. */
  created(): string[];
  /** Ends every job's window now. */
  expireAll(): void;
}

/** What execution relies on when the network or the provider fails. */
export function describeProviderFaults(
  name: string,
  start: () => Promise<FaultyHarness>,
  limits: AdapterLimits = {},
): void {
  describe(`${name}: failing calls`, () => {
    let harness: FaultyHarness;
    let scenario: Scenario<FaultyHarness>;
    beforeEach(async () => {
      harness = await start();
      scenario = new Scenario(harness);
    });
    afterEach(() => harness.close());

    const calls: Record<AdapterCall, (attempt: Attempt, id: string) => Promise<unknown>> = {
      stage: (attempt) => scenario.stage({ ...attempt, token: TOKENS[2] }),
      submit: (attempt) => scenario.adapter.submit(attempt, scenario.lines(attempt), scenario.signal),
      find: (attempt) => scenario.adapter.find(attempt, scenario.signal),
      poll: (_, id) => scenario.adapter.poll(id, scenario.signal),
      results: (_, id) => scenario.outcomes(id),
      cancel: (_, id) => scenario.adapter.cancel(id, scenario.signal),
      withdraw: (attempt) => scenario.adapter.withdraw(attempt, scenario.signal),
      cleanup: (attempt, id) => scenario.adapter.cleanup(attempt, id, scenario.signal),
    };
    const kinds: [string, FaultKind, CallFailure, object][] = [
      ['a 429', { status: 429, retryAfter: 7 }, 'throttled', { status: 429, retryAfterMs: 7000 }],
      ['a 500', { status: 500 }, 'ambiguous', { status: 500 }],
      ['a 503 of a proxy', { status: 503, body: '<html>busy</html>' }, 'ambiguous', { status: 503 }],
      ['a 401', { status: 401 }, 'unauthorized', { status: 401 }],
      ['a reset', 'reset_before', 'ambiguous', {}],
    ];

    const reaching = (Object.keys(calls) as AdapterCall[]).filter(
      (call) =>
        !(limits.inline && (call === 'stage' || call === 'withdraw')) && !(limits.noCancel && call === 'cancel'),
    );
    describe.each(reaching)('%s', (call) => {
      it.each(kinds)('tells of %s', async (_, kind, failure, details) => {
        const { attempt, id } = await scenario.submit();
        await harness.finish(id);
        harness.fail(call, kind);
        await expect(calls[call](attempt, id)).rejects.toMatchObject({ name: 'ProviderCallError', failure, details });
      });
    });

    it.each(reaching)('takes its key nowhere that a redirect of %s leads', async (call) => {
      const trap = await openTrap();
      try {
        const { attempt, id } = await scenario.submit();
        await harness.finish(id);
        harness.fail(call, { status: 307, location: `${trap.url}/elsewhere` });
        await calls[call](attempt, id).catch((error: unknown) => expect(error).toBeInstanceOf(ProviderCallError));
        expect(trap.keys).toEqual([]);
      } finally {
        await trap.close();
      }
    });

    it.each(['../files', 'a/b', 'a?b=c', 'a%2Fb', 'a b', ''])('takes no job of the id %j into a path', async (id) => {
      const refused = { name: 'ProviderCallError', failure: 'rejected' };
      await expect(scenario.adapter.poll(id, scenario.signal)).rejects.toMatchObject(refused);
      await expect(scenario.outcomes(id)).rejects.toMatchObject(refused);
    });

    it.each(['hang_after', 'reset_after'] as const)(
      'finds the one job of a create without an answer: %s',
      async (kind) => {
        const attempt = await scenario.stage(scenario.attempt());
        harness.fail('submit', kind);
        const stop = new AbortController();
        const create = expect(
          scenario.adapter.submit(attempt, scenario.lines(attempt), stop.signal),
        ).rejects.toMatchObject({
          failure: 'ambiguous',
          certainlyNotDone: false,
        });
        await harness.createArrived(true);
        if (kind === 'hang_after') stop.abort();
        await create;
        expect(harness.created()).toHaveLength(1);
        if (limits.unnamed) await harness.finish(harness.created()[0] ?? '');
        expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id: harness.created()[0] });
      },
    );

    it.each(['hang_before', 'reset_before'] as const)('finds none where none was made: %s', async (kind) => {
      const attempt = await scenario.stage(scenario.attempt());
      harness.fail('submit', kind);
      const stop = new AbortController();
      const create = expect(
        scenario.adapter.submit(attempt, scenario.lines(attempt), stop.signal),
      ).rejects.toMatchObject({
        failure: 'ambiguous',
      });
      await harness.createArrived(false);
      if (kind === 'hang_before') stop.abort();
      await create;
      expect(await scenario.adapter.find(attempt, scenario.signal)).toBeNull();
    });

    it('waits ten minutes for the answer to an upload and to a create, and a minute for others', async () => {
      const { made: staged, waits: upload } = await timed(() => scenario.stage(scenario.attempt()));
      const { made, waits: create } = await timed(() =>
        scenario.adapter.submit(staged, scenario.lines(staged), scenario.signal),
      );
      const { waits: others } = await timed(() => scenario.adapter.poll(made.id, scenario.signal));
      expect([upload.at(-1), create.at(-1)]).toEqual([staged.inputId === null ? undefined : 600_000, 600_000]);
      expect(others).not.toContain(600_000);
    });

    it('says not_found of a job that is not visible yet, and then sees it', async () => {
      const { id } = await scenario.submit();
      harness.fail('poll', 'not_found');
      await expect(scenario.adapter.poll(id, scenario.signal)).rejects.toMatchObject({ failure: 'not_found' });
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({ id });
    });

    if (!limits.neverExpires) {
      it('reads what ran of a job that expired', async () => {
        harness.hold();
        const { id } = await scenario.submit();
        await harness.halfway(id);
        harness.expireAll();
        expect(await scenario.state(id)).toBe(limits.partlyRun ?? 'expired');
        const outcomes = await scenario.outcomes(id);
        if (limits.losesPartial) return expect(outcomes).toEqual([]);
        const ran = outcomes.filter(({ response }) => response !== null);
        expect([ran.length > 0, ran.length < ALL.length]).toEqual([true, true]);
        if (limits.omitsUnrun) return expect(ran).toEqual(outcomes);
        expect(indexesOf(outcomes)).toEqual(ALL);
        expect(new Set(outcomes.map(({ error }) => error?.code))).toEqual(new Set([undefined, 'batch_expired']));
      });
    }

    it.each([
      ['cut in a row', { truncate: 'cut', keepBytes: 1501 }],
      ['cut between rows', { truncate: 'cut', keepLines: 2 }],
      ['cut at once', { truncate: 'cut', keepBytes: 0 }],
      ['ended cleanly in a row', { truncate: 'clean_end', keepBytes: 1501 }],
      ['ended cleanly in the first row', { truncate: 'clean_end', keepBytes: 30 }],
    ] as const)('never takes a download for whole that was %s', async (_, kind) => {
      const { id } = await scenario.submit();
      await harness.finish(id);
      harness.fail('results', kind);
      const error: unknown = await scenario.outcomes(id).then(
        () => 'taken for whole',
        (thrown: unknown) => thrown,
      );
      // Anything else is a bug to its caller, who would not read again.
      expect(
        [ProviderCallError, IncompleteDownloadError].find((kind) => error instanceof kind) ?? error,
      ).toBeInstanceOf(Function);
      expect(indexesOf(await scenario.outcomes(id))).toEqual(ALL);
    });
  });
}

/** What a call made, and how long each of its requests would have waited for an answer, in ms; undefined for as long as any. */
async function timed<T>(call: () => Promise<T>): Promise<{ made: T; waits: (number | null | undefined)[] }> {
  const asked = jest.spyOn(jest.requireActual<typeof Undici>('undici'), 'request');
  try {
    const made = await call();
    return { made, waits: asked.mock.calls.map(([, options]) => options?.headersTimeout) };
  } finally {
    asked.mockRestore();
  }
}
