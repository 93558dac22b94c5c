import type { BatchEntity } from '../batches/batch.entity';
import type { Leftover } from '../batches/leftovers.store';
import type { PartEntity } from '../batches/part.entity';
import type { PartPatch } from '../batches/parts.store';
import type { Attempt } from '../providers/contract/adapter';
import { sentItems } from './excluded-items';

/** The attempt that a part's row describes; throws when the part has none. */
export function attemptOf(part: PartEntity, batch: BatchEntity): Attempt {
  if (part.attemptToken === null) throw new Error(`The part ${part.id} has no attempt`);
  return {
    token: part.attemptToken,
    partId: part.id,
    endpoint: batch.endpoint,
    model: batch.upstreamModel,
    completionWindow: batch.completionWindow,
    itemCount: sentItems(part),
    begunAt: part.attemptBegunAt?.getTime() ?? 0,
    createSentAt: part.createSentAt?.getTime() ?? null,
    inputId: part.inputId,
  };
}

/** What a part's attempt may have left at the provider, its job included where that is known. */
export function leftoverOf(part: PartEntity, batch: BatchEntity): Leftover {
  return { provider: part.provider, attempt: attemptOf(part, batch), remoteId: part.remoteId };
}

/** What a part's row holds when it has no attempt: one that certainly did not take place is forgotten. */
export const NO_ATTEMPT = {
  attemptToken: null,
  attemptBegunAt: null,
  stagedAt: null,
  inputId: null,
  createSentAt: null,
  lookups: 0,
  withdrawnAt: null,
  remoteId: null,
  remoteState: null,
  remoteCounts: null,
} satisfies PartPatch;
