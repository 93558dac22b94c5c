import type { BatchEntity } from '../../batches/batch.entity';

/**
 * What a request that never ran is, in counts and rows alike: `canceled` where the caller cancelled the batch, else it ran out of
 * time, even where we told the provider to stop at our deadline and it calls that a cancel.
 */
export function neverRanAs({ cancellingAt }: Pick<BatchEntity, 'cancellingAt'>): 'canceled' | 'expired' {
  return cancellingAt ? 'canceled' : 'expired';
}
