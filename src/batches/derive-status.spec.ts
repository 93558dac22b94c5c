import type { BatchStatus } from './batch-status';
import { deriveStatus } from './derive-status';

type Batch = Parameters<typeof deriveStatus>[0];
type Part = Parameters<typeof deriveStatus>[1][number];

const NOW = new Date(0);
const batch = (status: BatchStatus, more: Partial<Batch> = {}): Batch => ({
  status,
  cancellingAt: null,
  deadlinePassedAt: null,
  ...more,
});
const part = (state: Part['state'], more: Partial<Part> = {}): Part => ({
  state,
  remoteId: null,
  remoteState: null,
  failedWhole: false,
  succeeded: 0,
  notRun: 0,
  ...more,
});
const sent = part('running', { remoteId: 'r', remoteState: 'in_progress' });
const done = part('ended', { remoteId: 'r', remoteState: 'completed', succeeded: 3 });
const someNotRun = part('ended', { remoteId: 'r', remoteState: 'cancelled', succeeded: 1, notRun: 2 });
const refused = part('ended', { failedWhole: true });
const cancelling = { cancellingAt: NOW };
const late = { deadlinePassedAt: NOW };

describe('deriveStatus, row by row of the table', () => {
  it.each<[string, Batch, Part[], BatchStatus]>([
    ['none sent yet', batch('validating'), [part('queued'), part('submitting')], 'validating'],
    ['one that may have been sent', batch('validating'), [part('needs_operator')], 'in_progress'],
    ['one sent', batch('validating'), [sent, part('queued')], 'in_progress'],
    ['one ended, one not sent', batch('in_progress'), [done, part('queued')], 'in_progress'],
    ['the only one begins again', batch('in_progress'), [part('queued')], 'in_progress'],
    ['cancel asked while one runs', batch('in_progress', cancelling), [sent, done], 'cancelling'],
    ['cancel asked before any was sent', batch('validating', cancelling), [part('queued')], 'cancelling'],
    ['the deadline passed while one runs', batch('in_progress', late), [sent, done], 'in_progress'],
    ['all ended, results being written', batch('in_progress'), [part('collecting'), done], 'finalizing'],
    ['one writes, one runs', batch('in_progress'), [part('collecting'), sent], 'in_progress'],
    ['every part failed as a whole', batch('finalizing'), [refused, refused], 'failed'],
    ['the same after a cancel', batch('cancelling', cancelling), [refused], 'failed'],
    ['one failed as a whole, one ran', batch('finalizing'), [refused, done], 'completed'],
    ['cancelled, some did not run', batch('cancelling', cancelling), [done, someNotRun], 'cancelled'],
    ['cancelled, all ran', batch('cancelling', cancelling), [done, done], 'completed'],
    [
      'cancelled and late, some did not run',
      batch('cancelling', { ...cancelling, ...late }),
      [someNotRun],
      'cancelled',
    ],
    ['late, some did not run', batch('finalizing', late), [done, someNotRun], 'expired'],
    ['late, all ran', batch('finalizing', late), [done], 'completed'],
    ['all items failed on their own', batch('finalizing'), [part('ended', { remoteId: 'r' })], 'completed'],
    ['all succeeded', batch('finalizing'), [done, done], 'completed'],
  ])('%s', (_, facts, parts, status) => {
    expect(deriveStatus(facts, parts)).toBe(status);
  });

  it('takes a provider at its word when it expired items before our deadline', () => {
    const expired = part('ended', { remoteId: 'r', remoteState: 'expired', succeeded: 1, notRun: 2 });
    expect(deriveStatus(batch('finalizing'), [done, expired])).toBe('expired');
  });

  it('keeps finalizing when a provider goes on to say something else', () => {
    const finalizing = { ...sent, remoteState: 'finalizing' as const };
    expect(deriveStatus(batch('in_progress'), [finalizing, done])).toBe('finalizing');
    expect(deriveStatus(batch('finalizing'), [sent, done])).toBe('finalizing');
  });

  // The row reads "every part failed as a whole AND no item ran": a provider may call a job failed and still hold rows.
  it('is not failed when an item ran in a part that its provider called failed', () => {
    const ranSome = part('ended', { remoteId: 'r', remoteState: 'failed', failedWhole: true, succeeded: 2 });
    expect(deriveStatus(batch('finalizing'), [ranSome])).toBe('completed');
  });
});
