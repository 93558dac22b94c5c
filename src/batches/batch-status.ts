/** Where a batch stands, in the contract's words. */
export const BATCH_STATUSES = [
  'validating',
  'in_progress',
  'finalizing',
  'completed',
  'failed',
  'expired',
  'cancelling',
  'cancelled',
] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

export const TERMINAL_STATUSES = ['completed', 'failed', 'expired', 'cancelled'] as const satisfies BatchStatus[];

/** Batches that have not ended, spelled as the index of them spells it, so that it is used. */
export const IS_ACTIVE = `status NOT IN (${TERMINAL_STATUSES.map((status) => `'${status}'`).join(', ')})`;

export function isTerminal(status: BatchStatus): boolean {
  return (TERMINAL_STATUSES as readonly BatchStatus[]).includes(status);
}

/** The moves that are allowed; a batch never goes back. */
export const BATCH_MOVES: Readonly<Record<BatchStatus, readonly BatchStatus[]>> = {
  validating: ['in_progress', 'finalizing', 'cancelling', ...TERMINAL_STATUSES],
  in_progress: ['finalizing', 'cancelling', ...TERMINAL_STATUSES],
  finalizing: ['cancelling', ...TERMINAL_STATUSES],
  cancelling: TERMINAL_STATUSES,
  completed: [],
  failed: [],
  expired: [],
  cancelled: [],
};
