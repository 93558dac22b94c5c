import { namedItem, toRemoteBatch } from './from-batch';
import type { BatchWire } from './openrouter.wire';

const wire = (more: object): BatchWire => ({
  id: 'batch-1',
  status: 'completed',
  created_at: 1_782_097_200,
  request_counts: { total: 3, completed: 2, failed: 1 },
  usage: { cost: 1 },
  error: null,
  ...more,
});
const NAMED = "Batch request 'r0000101-aaaaaaa1' sets 'max_tokens' below 1.";
const failed = (message: string, more: object = {}) =>
  wire({
    status: 'failed',
    request_counts: { total: 3, completed: 0, failed: 3 },
    usage: null,
    error: { message },
    ...more,
  });

describe('toRemoteBatch', () => {
  it.each([
    ['validating', 'validating'],
    ['in_progress', 'in_progress'],
    ['finalizing', 'finalizing'],
    ['completed', 'completed'],
    ['failed', 'failed'],
    ['expired', 'expired'],
    ['cancelling', 'cancelling'],
    ['cancelled', 'cancelled'],
    ['resting', 'in_progress'],
    ['constructor', 'in_progress'],
  ])('reads %s as %s', (status, state) => {
    expect(toRemoteBatch(wire({ status })).state).toBe(state);
  });

  it('gives the vendor’s counts, and none where it has none', () => {
    expect(toRemoteBatch(wire({})).counts).toEqual({ total: 3, succeeded: 2, failed: 1 });
    expect(toRemoteBatch(wire({ request_counts: null })).counts).toBeNull();
  });

  it('tells of an item that failed the whole batch before any ran', () => {
    expect(toRemoteBatch(failed(NAMED))).toMatchObject({
      counts: { total: 3, succeeded: 0, failed: 0 },
      errors: [{ code: 'batch_failed', message: NAMED, line: null, itemId: 'r0000101-aaaaaaa1' }],
      retryable: false,
    });
  });

  it.each([
    ['that names no item', failed('The provider ended this batch.')],
    ['that names two', failed(`${NAMED} So does r0000102-aaaaaaa1.`)],
    ['that was charged', failed(NAMED, { usage: { cost: 1 } })],
  ])('leaves the counts of a failure as they are %s', (_, batch) => {
    expect(toRemoteBatch(batch).counts).toEqual({ total: 3, succeeded: 0, failed: 3 });
  });

  it.each([
    [failed('HTTP 400: job-submission-count for account x, in use: 16, quota: 16'), true],
    [failed('in use: 16, quota: 16', { usage: { cost: 1 } }), false],
    [failed('in use, quota'), false],
    [wire({ error: { message: 'in use: 16, quota: 16' } }), false],
  ])('may come back when only the quota was full: %#', (batch, retryable) => {
    expect(toRemoteBatch(batch).retryable).toBe(retryable);
  });

  it('keeps secrets out of a reason, and has one where there is none', () => {
    expect(toRemoteBatch(failed('key sk-or-v1-abcdefghijkl')).errors[0]?.message).toBe('key [key]');
    expect(toRemoteBatch(failed('', { error: null })).errors).toMatchObject([
      { message: 'The provider gave no reason' },
    ]);
  });
});

describe('namedItem', () => {
  it.each([
    [NAMED, 'r0000101-aaaaaaa1'],
    [`${NAMED} Again r0000101-aaaaaaa1.`, 'r0000101-aaaaaaa1'],
    ['xr0000101-aaaaaaa1', null],
    ['r000010-aaaaaaa1', null],
    ['', null],
  ])('in %j is %s', (message, item) => {
    expect(namedItem(failed(message))).toBe(item);
  });
});
