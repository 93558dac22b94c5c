import { jobWire } from './fireworks.wire';
import { toRemoteBatch } from './from-job';

const NAME = 'accounts/acme/batchInferenceJobs/meshbatch-aaaaaaa1';
const job = (more: object) => toRemoteBatch(jobWire.parse({ name: NAME, state: 'JOB_STATE_RUNNING', ...more }));
const progress = (total: number, processed: number, succeeded: number, failed: number) => ({
  totalInputRequests: total,
  totalProcessedRequests: processed,
  successfullyProcessedRequests: succeeded,
  failedRequests: failed,
});

describe('toRemoteBatch', () => {
  it.each([
    ['JOB_STATE_UNSPECIFIED', 'validating'],
    ['JOB_STATE_VALIDATING', 'validating'],
    ['JOB_STATE_PENDING', 'validating'],
    ['JOB_STATE_CREATING_INPUT_DATASET', 'in_progress'],
    ['JOB_STATE_CREATING', 'in_progress'],
    ['JOB_STATE_RUNNING', 'in_progress'],
    ['JOB_STATE_RE_QUEUEING', 'in_progress'],
    ['JOB_STATE_IDLE', 'in_progress'],
    ['JOB_STATE_PAUSED', 'in_progress'],
    ['JOB_STATE_WRITING_RESULTS', 'finalizing'],
    ['JOB_STATE_COMPLETED', 'completed'],
    ['COMPLETED', 'completed'],
    ['JOB_STATE_FAILED', 'failed'],
    ['JOB_STATE_EXPIRED', 'expired'],
    ['JOB_STATE_EARLY_STOPPED', 'expired'],
    ['JOB_STATE_CANCELLING', 'cancelling'],
    ['JOB_STATE_CANCELLED', 'cancelled'],
    ['JOB_STATE_DELETING', 'cancelled'],
    ['JOB_STATE_DELETING_CLEANING_UP', 'cancelled'],
    ['JOB_STATE_DELETED', 'cancelled'],
    ['JOB_STATE_ARCHIVED', 'cancelled'],
    ['JOB_STATE_DREAMING', 'in_progress'],
    ['JOB_STATE_constructor', 'in_progress'],
    ['', 'in_progress'],
    [null, 'in_progress'],
  ])('reads %s as %s', (state, expected) => {
    expect(job({ state })).toMatchObject({ id: 'meshbatch-aaaaaaa1', state: expected });
  });

  it.each([
    ['nothing', null, null],
    ['what runs', progress(8, 3, 2, 1), { total: 8, succeeded: 2, failed: 1 }],
    ['more than was declared', progress(1, 3, 2, 1), { total: 3, succeeded: 2, failed: 1 }],
    ['more than it says it processed', progress(0, 0, 2, 1), { total: 3, succeeded: 2, failed: 1 }],
    ['no numbers', { totalInputRequests: 'many' }, { total: 0, succeeded: 0, failed: 0 }],
    ['no object', 'much', null],
  ])('counts %s', (_, jobProgress, counts) => {
    expect(job({ jobProgress }).counts).toEqual(counts);
  });

  it.each([
    ['its code', { code: 'INVALID_ARGUMENT', message: 'x.jsonl:1: bad' }, 'INVALID_ARGUMENT', 'x.jsonl:1: bad'],
    ['no code', { code: 'OK', message: '' }, 'batch_failed', 'The provider gave no reason'],
    ['nothing', null, 'batch_failed', 'The provider gave no reason'],
    ['a secret', { code: 'INTERNAL', message: 'Bearer abcdefgh' }, 'INTERNAL', 'Bearer [key]'],
  ])('tells why a job failed by %s, and names no line', (_, status, code, message) => {
    expect(job({ state: 'JOB_STATE_FAILED', status }).errors).toEqual([{ code, message, line: null }]);
  });

  it.each([
    ['JOB_STATE_FAILED', 'RESOURCE_EXHAUSTED', progress(0, 0, 0, 0), true],
    ['JOB_STATE_FAILED', 'RESOURCE_EXHAUSTED', null, false],
    ['JOB_STATE_FAILED', 'RESOURCE_EXHAUSTED', { totalInputRequests: 8 }, false],
    ['JOB_STATE_FAILED', 'RESOURCE_EXHAUSTED', { ...progress(8, 0, 0, 0), failedRequests: null }, false],
    ['JOB_STATE_FAILED', 'RESOURCE_EXHAUSTED', progress(8, 1, 0, 0), false],
    ['JOB_STATE_FAILED', 'RESOURCE_EXHAUSTED', progress(8, 1, 1, 0), false],
    ['JOB_STATE_FAILED', 'INTERNAL', progress(0, 0, 0, 0), false],
    ['JOB_STATE_EXPIRED', 'RESOURCE_EXHAUSTED', progress(0, 0, 0, 0), false],
  ])('%s for %s after %j comes again: %s', (state, code, jobProgress, retryable) => {
    const remote = job({ state, status: { code }, jobProgress });
    expect(remote.retryable).toBe(retryable);
    // Its lines are not those at fault: it is not to be sent again without them.
    expect(remote.ranNothing).toBeUndefined();
  });

  it('tells no reason of a job that did not fail', () => {
    expect(job({ status: { code: 'OK', message: '' } }).errors).toEqual([]);
  });
});
