import { Logger } from '@nestjs/common';
import { ManualClock } from '../../test/support/manual-clock';
import type { BatchProgress } from '../batches/batch-progress';
import type { BatchEntity } from '../batches/batch.entity';
import type { BatchesStore } from '../batches/batches.store';
import type { PartEntity } from '../batches/part.entity';
import { LeaseLostError, type PartsStore } from '../batches/parts.store';
import { SystemRandom } from '../common/random';
import { Metrics } from '../metrics/metrics';
import type { ProviderAdapter, RemoteBatch } from '../providers/contract/adapter';
import type { ProviderPauses } from '../providers/provider-pauses';
import { AttemptEnds } from './attempt-ends';
import { ExecutionMetrics } from './execution-metrics';
import type { PartDispatch } from './part-dispatch';
import type { LeasedPart, PartLeases } from './part-leases';
import { PartRunner } from './part-runner';
import { PollInterval } from './poll-interval';
import { RecoveryStep } from './recovery.step';
import { StepFailures } from './step-failures';

const BATCH = {} as BatchEntity;

describe('what the steps count', () => {
  const clock = new ManualClock();
  const random = new SystemRandom();
  const interval = new PollInterval({}, random, clock);
  /** What the rows take, whatever it is. */
  const parts = { update: async () => undefined } as unknown as PartsStore;
  let found: RemoteBatch | null;
  let recovery: 'lookup' | 'none';
  const adapter = {
    capabilities: {
      minItems: 1,
      pollIntervalMs: 1000,
      get recovery() {
        return recovery;
      },
    },
    find: async () => found,
    withdraw: async () => undefined,
  } as unknown as ProviderAdapter;
  let metrics: Metrics;
  let counts: ExecutionMetrics;
  let ends: AttemptEnds;
  let failures: StepFailures;
  let leased: LeasedPart;

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(() => {
    [found, recovery] = [null, 'lookup'];
    metrics = new Metrics({}, clock);
    counts = new ExecutionMetrics(metrics);
    ends = new AttemptEnds({ move: async () => undefined } as unknown as BatchProgress, interval, clock, counts);
    failures = new StepFailures(parts, {} as ProviderPauses, clock, random, counts);
    const part = { provider: 'acme', state: 'submitting', attemptToken: 'abcdefgh', lookups: 0, resubmissions: 0 };
    const items = { firstItem: 0, itemCount: 5, excluded: [], stopReason: null, withdrawnAt: null, failures: 0 };
    leased = {
      part: { ...part, ...items } as unknown as PartEntity,
      lease: { partId: 'p', fence: 1 },
      signal: new AbortController().signal,
    };
  });
  /** The counters of ours that are above 0. */
  const told = async () =>
    (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('meshbatch_') && !/ 0$/.test(line));
  const recover = () => new RecoveryStep(parts, ends, failures, interval, clock, counts).run(leased, BATCH, adapter);

  it('look-ups, by what they found', async () => {
    await recover();
    found = { id: 'job', state: 'in_progress', counts: null, errors: [], retryable: false };
    await recover();
    await recover();
    expect(await told()).toEqual([
      'meshbatch_part_lookups_total{provider="acme",outcome="not_found"} 1',
      'meshbatch_part_lookups_total{provider="acme",outcome="found"} 2',
    ]);
  });

  it('parts that are left to an operator', async () => {
    recovery = 'none';
    await recover();
    expect(await told()).toEqual(['meshbatch_parts_parked_total{provider="acme"} 1']);
  });

  it('resubmissions, with the items that they leave out and those that they send again', async () => {
    const reasons = [1, 4].map((line) => ({ code: 'bad', message: 'Bad', line }));
    expect(await ends.startWithout(leased, BATCH, adapter, reasons)).toBe(true);
    expect(await told()).toEqual([
      'meshbatch_part_resubmissions_total{provider="acme"} 1',
      'meshbatch_items_refused_total{provider="acme"} 2',
      'meshbatch_items_resubmitted_total{provider="acme"} 3',
    ]);
  });

  it('steps that lost their lease, in whichever way they end, and those that failed unexpectedly', async () => {
    const lost = new LeaseLostError('p');
    const run = async (error: Error, signal = leased.signal) => {
      const dispatch = { run: () => Promise.reject(error) } as unknown as PartDispatch;
      const batches = { find: async () => BATCH } as unknown as BatchesStore;
      const leases = {
        withLease: (_: unknown, work: (leased: LeasedPart) => Promise<void>) => work({ ...leased, signal }),
      } as unknown as PartLeases;
      await new PartRunner(leases, batches, dispatch, failures, clock, counts).advanceClaimed(leased.lease);
    };
    await run(lost);
    await run(new Error('The call was broken off'), AbortSignal.abort(lost));
    await run(new Error('The process is stopping'), AbortSignal.abort(new Error('stop')));
    await run(new TypeError('A bug'));
    expect(await told()).toEqual([
      'meshbatch_leases_lost_total 2',
      'meshbatch_steps_failed_total{state="submitting"} 1',
    ]);
  });
});
