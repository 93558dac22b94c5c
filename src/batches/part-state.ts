/**
 * Where a part stands.
 * `queued`: nothing is upstream. `submitting`: an attempt has a token, and its create may be under way. `running`: the upstream
 * job is known and polled. `collecting`: upstream has ended, or never began, and results are being written.
 * `needs_operator`: nobody can tell whether the create took place. `ended`: every item has its outcome.
 */
export const PART_STATES = ['queued', 'submitting', 'running', 'collecting', 'needs_operator', 'ended'] as const;
export type PartState = (typeof PART_STATES)[number];

/** Those in which a part waits for a step of its own; one that runs is polled. */
export const STEP_STATES = [
  'queued',
  'submitting',
  'collecting',
  'needs_operator',
] as const satisfies readonly PartState[];

/** The moves that are allowed. `queued` comes back when an attempt certainly did not take place. */
export const PART_MOVES: Readonly<Record<PartState, readonly PartState[]>> = {
  queued: ['submitting', 'collecting'],
  submitting: ['queued', 'running', 'collecting', 'needs_operator'],
  running: ['queued', 'collecting'],
  collecting: ['ended'],
  needs_operator: ['queued', 'running', 'collecting'],
  ended: [],
};

/** What a part waits for that could be sent: one of its provider's slots, or room there, of which it was told that there is none. */
export type WaitReason = 'slot' | 'room';

/** Why the rest of a batch is not to run. */
export type StopReason = 'cancelled' | 'expired';
