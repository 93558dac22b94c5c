import { toRemoteBatch } from './from-job';
import { jobWire } from './mistral.wire';

const remote = (more: object) => toRemoteBatch(jobWire.parse({ id: 'job', status: 'RUNNING', ...more }));

describe('toRemoteBatch', () => {
  it.each([
    ['QUEUED', 'validating'],
    ['RUNNING', 'in_progress'],
    ['SUCCESS', 'completed'],
    ['FAILED', 'failed'],
    ['TIMEOUT_EXCEEDED', 'expired'],
    ['CANCELLATION_REQUESTED', 'cancelling'],
    ['CANCELLED', 'cancelled'],
    ['ARCHIVED', 'in_progress'],
    ['constructor', 'in_progress'],
  ])('reads %s as %s', (status, state) => {
    expect(remote({ status })).toMatchObject({ id: 'job', state, retryable: false });
  });

  it('counts successes, and not what was merely done', () => {
    const counts = { total_requests: 4, completed_requests: 4, succeeded_requests: 1, failed_requests: 3 };
    expect(remote(counts).counts).toEqual({ total: 4, succeeded: 1, failed: 3 });
    expect(remote({ ...counts, failed_requests: null }).counts).toBeNull();
    expect(remote({ ...counts, total_requests: '4' }).counts).toBeNull();
  });

  it('tells the reasons of a job that failed, and of no other', () => {
    const errors = [{ message: 'of org-AbCdEf123456', count: 2 }, { message: 'once', count: 1 }, 'text'];
    expect(remote({ status: 'FAILED', errors }).errors).toEqual([
      { code: 'batch_failed', message: 'of [organisation] (2 requests)', line: null },
      { code: 'batch_failed', message: 'once', line: null },
      { code: 'batch_failed', message: 'The provider gave no reason', line: null },
    ]);
    expect(remote({ status: 'SUCCESS', errors }).errors).toEqual([]);
    expect(remote({ status: 'FAILED', errors: 'text' }).errors).toEqual([]);
  });
});
