import { mayTurn, toRemoteBatch } from './from-batch';
import { batchWire } from './xai.wire';

/** Counts in the order requests, pending, success, error, cancelled. */
function batch(counts: readonly (number | null)[], more: object = {}) {
  const [num_requests, num_pending, num_success, num_error, num_cancelled] = counts;
  const state = { num_requests, num_pending, num_success, num_error, num_cancelled };
  return batchWire.parse({ batch_id: 'batch_1', state, ...more });
}

const BARE = { batch_id: 'batch_1', state: { num_requests: 2, num_pending: 0, num_success: 2, num_error: 0 } };
const CANCELLED = { cancel_time: '2026-08-28' };
const INVALID = 'JSONL file validation failed: line 2: invalid JSON: eof';
const failed = (message: string) => ({ ...CANCELLED, cancel_by_xai_message: message });

describe('toRemoteBatch', () => {
  it.each([
    ['the vendor ended it', batch([0, 0, 0, 0, 0], failed('x')), 'failed'],
    ['the vendor ended it half done', batch([4, 2, 2, 0, 0], failed('x')), 'cancelling'],
    ['the vendor ended it, and what had begun is done', batch([4, 0, 2, 0, 2], failed('x')), 'failed'],
    ['the vendor ended it, and all was done', batch([4, 0, 4, 0, 0], failed('x')), 'failed'],
    ['the vendor did not take the file', batch([4, 4, 0, 0, 0], failed(INVALID)), 'failed'],
    ['the input is not read in', batch([0, 0, 0, 0, 0]), 'validating'],
    ['there are no counts', batchWire.parse({ batch_id: 'batch_1' }), 'validating'],
    ['something is pending', batch([4, 1, 3, 0, 0]), 'in_progress'],
    ['something is pending and a cancel was asked', batch([4, 1, 3, 0, 0], CANCELLED), 'cancelling'],
    ['what is pending is left out, and none is', batch([4, null, 3, 1, 0]), 'completed'],
    ['what is pending is left out, and some is', batch([4, null, 3, 0, 0]), 'in_progress'],
    ['what is pending is left out, and more ran than there was', batch([4, null, 5, 0, 0]), 'completed'],
    ['all ran', batch([4, 0, 3, 1, 0]), 'completed'],
    ['all failed', batch([4, 0, 0, 4, 0]), 'completed'],
    ['all ran in spite of a cancel', batch([4, 0, 4, 0, 0], CANCELLED), 'completed'],
    ['part ran before a cancel', batch([4, 0, 1, 0, 3], CANCELLED), 'completed'],
    ['nothing ran before a cancel', batch([4, 0, 0, 0, 4], CANCELLED), 'cancelled'],
    ['nothing was read in before a cancel', batch([0, 0, 0, 0, 0], CANCELLED), 'cancelled'],
    ['all is cancelled and nobody asked', batch([4, 0, 0, 0, 4]), 'cancelled'],
    ['nothing is counted that could have ended', batch([4, 0, 0, 0, 0]), 'in_progress'],
    ['counts that are left out are zero', batchWire.parse(BARE), 'completed'],
  ])('when %s', (_, wire, state) => {
    expect(toRemoteBatch(wire, true)).toMatchObject({ id: 'batch_1', state, retryable: false });
  });

  it.each([
    ['part is', batch([4, 0, 1, 0, 3], CANCELLED)],
    ['all is', batch([4, 0, 0, 0, 4], CANCELLED)],
    ['all is, and nobody asked', batch([4, 0, 0, 0, 4])],
    ['nothing was read in', batch([0, 0, 0, 0, 0], CANCELLED)],
    ['the vendor did it', batch([4, 0, 1, 0, 3], failed('x'))],
    ['the vendor did it before anything was read in', batch([0, 0, 0, 0, 0], failed('x'))],
    ['the vendor did not take the file, but ran of it', batch([4, 0, 1, 0, 3], failed(INVALID))],
  ])('waits for a cancel to settle when %s', (_, wire) => {
    expect([mayTurn(wire), toRemoteBatch(wire, false).state]).toEqual([true, 'cancelling']);
  });

  it.each([
    ['nothing is cancelled', batch([4, 0, 4, 0, 0], CANCELLED)],
    ['something is pending', batch([4, 1, 0, 0, 3], CANCELLED)],
    ['something is pending and the vendor ended it', batch([4, 1, 0, 0, 3], failed('x'))],
    ['the vendor did not take the file', batch([0, 0, 0, 0, 0], failed(INVALID))],
    ['nothing is read in and nobody asked', batch([0, 0, 0, 0, 0])],
  ])('waits for nothing when %s', (_, wire) => {
    expect(mayTurn(wire)).toBe(false);
    expect(toRemoteBatch(wire, false).state).toBe(toRemoteBatch(wire, true).state);
  });

  it('counts what was cancelled as failed, and nothing before the input is read in', () => {
    expect(toRemoteBatch(batch([9, 0, 5, 1, 3]), true).counts).toEqual({ total: 9, succeeded: 5, failed: 4 });
    expect(toRemoteBatch(batch([0, 0, 0, 0, 0]), true).counts).toBeNull();
    expect(toRemoteBatch(batch([0, 0, 0, 0, 0], failed('x')), true).counts).toEqual({
      ...{ total: 0, succeeded: 0, failed: 0 },
    });
    expect(toRemoteBatch(batch([-1, 0, 2.5, 0, 0]), true).counts).toBeNull();
  });

  it.each([
    ['JSONL file validation failed: line 2: invalid JSON: eof', { line: 2 }],
    ['JSONL file validation failed: Model grok-4.5 is not supported for batch processing.', { everyLine: true }],
    ['Cancelled for a reason in line 3', {}],
  ])('reads the reason %j', (message, more) => {
    expect(toRemoteBatch(batch([0, 0, 0, 0, 0], failed(message)), true).errors).toEqual([
      { code: 'batch_failed', message, line: null, ...more },
    ]);
  });

  it.each([
    [INVALID, [0, 0, 0, 0, 0], true],
    [INVALID, [4, 0, 1, 0, 3], false],
    ['Cancelled: JSONL file validation failed', [0, 0, 0, 0, 0], false],
    ['x', [0, 0, 0, 0, 0], false],
  ])('is certain that nothing ran after %j with the counts %j: %s', (message, counts, ranNothing) => {
    expect(toRemoteBatch(batch(counts, failed(message)), true).ranNothing).toBe(ranNothing);
    expect(toRemoteBatch(batch(counts), true).ranNothing).toBe(false);
  });

  it('shows no key of a reason', () => {
    const [error] = toRemoteBatch(batch([0, 0, 0, 0, 0], failed('key xai-abcdefghijkl')), true).errors;
    expect(error?.message).toBe('key [key]');
  });
});
