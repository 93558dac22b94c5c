import { missingOutcome, NOT_RUN_CODES } from './missing-outcome';

type End = Parameters<typeof missingOutcome>[0];
const NOW = new Date(0);

const end = (more: Partial<End>): End => ({
  failedWhole: false,
  errors: [],
  remoteId: 'r',
  remoteState: 'completed',
  stopReason: null,
  createSentAt: NOW,
  ...more,
});
const unsent = { remoteId: null, remoteState: null, createSentAt: null };

describe('missingOutcome', () => {
  it.each<[string, Partial<End>, string]>([
    ['a completed job without a row', {}, 'missing_result'],
    ['the same after a cancel that came too late', { stopReason: 'cancelled' }, 'missing_result'],
    ['a job cancelled upstream', { remoteState: 'cancelled', stopReason: 'cancelled' }, 'batch_cancelled'],
    ['a job that its provider cancelled', { remoteState: 'cancelled' }, 'batch_cancelled'],
    ['a job that its provider let expire', { remoteState: 'expired' }, 'batch_expired'],
    ['a job still running after the drain', { remoteState: 'in_progress', stopReason: 'expired' }, 'batch_expired'],
    [
      'a job still cancelling after the drain',
      { remoteState: 'cancelling', stopReason: 'cancelled' },
      'batch_cancelled',
    ],
    ['a part that was cancelled unsent', { ...unsent, stopReason: 'cancelled' }, 'batch_cancelled'],
    ['a part that was late unsent', { ...unsent, stopReason: 'expired' }, 'batch_expired'],
    [
      'a create that nobody can tell of, cancelled',
      { ...unsent, createSentAt: NOW, stopReason: 'cancelled' },
      'submission_unconfirmed',
    ],
    [
      'a create that nobody can tell of, late',
      { ...unsent, createSentAt: NOW, stopReason: 'expired' },
      'submission_unconfirmed',
    ],
  ])('of %s', (_, more, code) => {
    const { response, error } = missingOutcome(end(more), 1);
    expect(response).toBeNull();
    expect(error).toEqual({ code, message: expect.stringMatching(/^[A-Z].*\.$/) });
  });

  it("tells the provider's own reason for the line that it names, and the first one for the others", () => {
    const errors = [
      { code: 'token_limit_exceeded', message: 'Too much.' },
      { code: 'invalid_url', message: 'Bad url.', line: 2 },
    ];
    const refused = end({ failedWhole: true, remoteState: 'failed', errors });
    expect(missingOutcome(refused, 2).error).toEqual({ code: 'invalid_url', message: 'Bad url.' });
    expect(missingOutcome(refused, 1).error).toEqual({
      code: 'token_limit_exceeded',
      message: 'The batch failed before this request ran: Too much.',
    });
  });

  it('counts as never run what was cancelled, late or unconfirmed', () => {
    expect([...NOT_RUN_CODES].sort()).toEqual(['batch_cancelled', 'batch_expired', 'submission_unconfirmed']);
  });
});
