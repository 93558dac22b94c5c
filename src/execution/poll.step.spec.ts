import type { BatchProgress } from '../batches/batch-progress';
import type { BatchEntity } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import type { ProviderAdapter, RemoteBatch } from '../providers/contract/adapter';
import type { AttemptEnds } from './attempt-ends';
import type { PollInterval } from './poll-interval';
import { PollStep } from './poll.step';
import type { StepFailures } from './step-failures';
import type { UpstreamCancel } from './upstream-cancel';

const FAILED: RemoteBatch = {
  id: 'job_1',
  state: 'failed',
  counts: null,
  ranNothing: true,
  errors: [{ code: 'file_not_found', message: 'The input file is gone', line: null }],
} as unknown as RemoteBatch;

/** What becomes of a part whose job turns out to have failed before anything ran: a new attempt, or the end with the provider's reason. */
async function afterFailure(attempt: Pick<PartEntity, 'lookups' | 'withdrawnAt'>): Promise<string[]> {
  const happened: string[] = [];
  const ends = {
    startWithout: () => Promise.resolve(false),
    startAgain: (_: unknown, next: { leftover?: { remoteId: string } }) => {
      happened.push(`anew, but for ${next.leftover?.remoteId}`);
      return Promise.resolve();
    },
  } as unknown as AttemptEnds;
  const progress = { move: async () => void happened.push('failed') } as unknown as BatchProgress;
  const cancel = { send: () => Promise.resolve(null) } as unknown as UpstreamCancel;
  const step = new PollStep(cancel, progress, ends, {} as StepFailures, {} as PollInterval);
  const capabilities = { recovery: 'lookup' };
  const adapter = { capabilities, poll: () => Promise.resolve(FAILED) } as unknown as ProviderAdapter;
  const known = {
    id: 'part_1',
    itemCount: 2,
    excluded: [],
    stopReason: null,
    remoteId: 'job_1',
    attemptToken: 'token',
  };
  const part = { ...known, ...attempt, attemptBegunAt: null, createSentAt: null } as unknown as PartEntity;
  const lease = { partId: 'part_1', fence: 1 };
  await step.run({ part, lease, signal: new AbortController().signal }, {} as BatchEntity, adapter);
  return happened;
}

describe('a job that failed since its input was taken away', () => {
  it('is tried anew, also when the answer to the removal was lost, and its job is removed', async () => {
    expect(await afterFailure({ lookups: 2, withdrawnAt: new Date(0) })).toEqual(['anew, but for job_1']);
    expect(await afterFailure({ lookups: 2, withdrawnAt: null })).toEqual(['anew, but for job_1']);
  });

  it('fails for the provider’s reason when nobody took anything away', async () => {
    expect(await afterFailure({ lookups: 0, withdrawnAt: null })).toEqual(['failed']);
  });
});
