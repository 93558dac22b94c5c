import type { BatchWire } from './anthropic.wire';
import { endedAt, toRemoteBatch, totalOf } from './from-batch';

const NONE = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
const wire = (more: Partial<BatchWire>): BatchWire => ({
  id: 'msgbatch_1',
  processing_status: 'ended',
  request_counts: NONE,
  created_at: '2026-11-22T10:00:00Z',
  ...more,
});

describe('toRemoteBatch', () => {
  it.each([
    ['canceling', {}, 'cancelling'],
    ['in_progress', { processing: 2 }, 'in_progress'],
    ['paused_for_lunch', { succeeded: 2 }, 'in_progress'],
    ['constructor', { canceled: 2 }, 'in_progress'],
    ['ended', { canceled: 2 }, 'cancelled'],
    ['ended', { expired: 2 }, 'expired'],
    ['ended', { errored: 2 }, 'completed'],
    ['ended', {}, 'completed'],
    ['ended', { succeeded: 1, canceled: 1 }, 'completed'],
    ['ended', { expired: 1, canceled: 1 }, 'completed'],
  ])('reads %s with %j as %s', (processing_status, counts, state) => {
    expect(toRemoteBatch(wire({ processing_status, request_counts: { ...NONE, ...counts } })).state).toBe(state);
  });

  it('counts every request once', () => {
    const batch = wire({ request_counts: { processing: 1, succeeded: 2, errored: 4, canceled: 8, expired: 16 } });
    expect(totalOf(batch)).toBe(31);
    expect(toRemoteBatch(batch)).toMatchObject({
      id: 'msgbatch_1',
      counts: { total: 31, succeeded: 2, failed: 28 },
      errors: [],
      retryable: false,
    });
  });
});

describe('endedAt', () => {
  it.each([
    [{ ended_at: '2026-11-22T11:00:00.9Z' }, Date.UTC(2026, 10, 22, 11) / 1000],
    [{ ended_at: null }, Date.UTC(2026, 10, 22, 10) / 1000],
    [{ ended_at: 'soon' }, 0],
  ])('of %j is %d', (more, seconds) => {
    expect(endedAt(wire(more))).toBe(seconds);
  });
});
