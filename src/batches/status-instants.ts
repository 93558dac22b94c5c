import type { BatchEntity } from './batch.entity';
import type { BatchStatus } from './batch-status';

/** Where a batch's row says when it came to each status. */
export const INSTANT_OF = {
  validating: 'createdAt',
  in_progress: 'inProgressAt',
  finalizing: 'finalizingAt',
  completed: 'completedAt',
  failed: 'failedAt',
  expired: 'expiredAt',
  cancelling: 'cancellingAt',
  cancelled: 'cancelledAt',
} as const satisfies Record<BatchStatus, keyof BatchEntity>;
