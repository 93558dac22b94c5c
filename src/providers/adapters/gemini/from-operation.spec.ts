import { endedAt, idOf, toRemoteBatch } from './from-operation';
import { operationWire } from './gemini.wire';

const read = (more: object) => operationWire.parse({ name: 'batches/b1', ...more });
const remote = (state: unknown, more: object = {}, metadata: object = {}) =>
  toRemoteBatch(read({ metadata: { state, ...metadata }, ...more }));

describe('toRemoteBatch', () => {
  it.each([
    ['UNSPECIFIED', 'validating'],
    ['QUEUED', 'validating'],
    ['PENDING', 'validating'],
    ['RUNNING', 'in_progress'],
    ['SUCCEEDED', 'completed'],
    ['PARTIALLY_SUCCEEDED', 'completed'],
    ['FAILED', 'failed'],
    ['EXPIRED', 'expired'],
    ['CANCELLING', 'cancelling'],
    ['CANCELLED', 'cancelled'],
    ['BRAND_NEW', 'in_progress'],
  ])('reads …_STATE_%s as %s', (word, state) => {
    expect([remote(`BATCH_STATE_${word}`).state, remote(`JOB_STATE_${word}`).state]).toEqual([state, state]);
  });

  it.each([undefined, null, 7, '', 'SUCCEEDED'])('takes the state %j for one that goes on', (state) => {
    expect(remote(state).state).toBe('in_progress');
    expect(toRemoteBatch(read({}))).toMatchObject({ id: 'b1', state: 'in_progress', counts: null });
  });

  it.each([
    [{ requestCount: '3' }, { total: 3, succeeded: 0, failed: 0 }],
    [
      { requestCount: '3', successfulRequestCount: '2', failedRequestCount: '1' },
      { total: 3, succeeded: 2, failed: 1 },
    ],
    [
      { requestCount: 3, successfulRequestCount: 3 },
      { total: 3, succeeded: 3, failed: 0 },
    ],
    [{ successfulRequestCount: '1' }, null],
    [{ requestCount: 'x' }, null],
    [undefined, null],
  ])('counts %j as %j', (batchStats, counts) => {
    expect(remote('BATCH_STATE_RUNNING', {}, { batchStats }).counts).toEqual(counts);
  });

  it('measures nothing by the counts of a batch that gives no results', () => {
    const batchStats = { requestCount: '3', successfulRequestCount: '2' };
    for (const state of ['EXPIRED', 'CANCELLED'])
      expect(remote(`JOB_STATE_${state}`, {}, { batchStats }).counts).toBeNull();
  });

  it.each([
    [
      { code: 13, message: 'of sk-abcdefgh12345' },
      { code: 'INTERNAL', message: 'of [key]', line: null },
    ],
    [
      { code: 3, message: 'Error on line 7: x' },
      { code: 'INVALID_ARGUMENT', message: 'Error on line 7: x', line: 7 },
    ],
    [{ code: 8 }, { code: 'RESOURCE_EXHAUSTED', message: 'The provider gave no reason', line: null }],
  ])('tells why a batch failed: %j', (error, reason) => {
    expect(remote('BATCH_STATE_FAILED', { error })).toMatchObject({
      state: 'failed',
      errors: [reason],
      retryable: false,
    });
    expect(remote('BATCH_STATE_CANCELLED', { error })).toMatchObject({ errors: [], retryable: false });
  });

  it('tells of every line that a batch failed for', () => {
    const error = { code: 3, message: 'Error on line 1: x\nError on line 2: y' };
    expect(remote('BATCH_STATE_FAILED', { error }).errors.map(({ line }) => line)).toEqual([1, 2]);
  });

  it.each([
    [{ code: 8 }, { requestCount: '3' }, true],
    [{ code: 3 }, { requestCount: '3' }, false],
    [{ code: 8 }, { requestCount: '3', successfulRequestCount: '2' }, false],
    [{ code: 8 }, { requestCount: '3', failedRequestCount: '1' }, false],
    [{ code: 8 }, {}, false],
  ])('tries again only what is known not to have run: %j with %j', (error, batchStats, retryable) => {
    expect(remote('BATCH_STATE_FAILED', { error }, { batchStats }).retryable).toBe(retryable);
  });
});

describe('endedAt', () => {
  it.each([
    [{ endTime: '2026-11-22T10:00:00.5Z', createTime: '2026-11-22T09:00:00Z' }, 1_795_341_600],
    [{ updateTime: '2026-11-22T10:00:00Z' }, 1_795_341_600],
    [{ createTime: '2026-11-22T10:00:00Z' }, 1_795_341_600],
    [{ createTime: 'soon' }, null],
    [{}, null],
  ])('takes the time of %j', (metadata, seconds) => {
    expect(endedAt(read({ metadata }))).toBe(seconds);
  });
});

describe('idOf', () => {
  it('is what is behind the last slash', () => {
    expect([idOf('batches/a-1'), idOf('files/b'), idOf('c')]).toEqual(['a-1', 'b', 'c']);
  });
});
