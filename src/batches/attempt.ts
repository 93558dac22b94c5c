import type { Attempt } from '../providers/contract/adapter';
import { ENDED_STATES } from '../providers/contract/ended-states';
import type { BatchEntity } from './batch.entity';
import type { Leftover } from './leftovers.store';
import type { PartEntity } from './part.entity';
import type { PartPatch } from './parts.store';

/** How many items of a part go upstream: all but those left out. */
export function sentItems({ itemCount, excluded }: Pick<PartEntity, 'itemCount' | 'excluded'>): number {
  return itemCount - excluded.length;
}

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
  const { provider, remoteId } = part;
  return { provider, attempt: attemptOf(part, batch), remoteId, ended: remoteId === null || hasEndedUpstream(part) };
}

/** Whether the part's job has ended at its provider, as far as was read. */
export function hasEndedUpstream({ remoteState }: Pick<PartEntity, 'remoteState'>): boolean {
  return remoteState !== null && ENDED_STATES.includes(remoteState);
}

/** Whether something of the part's job had run as of the last look, by the provider's counts. */
export function showsThatSomeRan({ remoteCounts }: Pick<PartEntity, 'remoteCounts'>): boolean {
  return remoteCounts !== null && remoteCounts.succeeded + remoteCounts.failed > 0;
}

/** Whether nothing of the part's job had run as of the last look. A job that is not counted shows nothing while it runs. */
export function showsNothingRan(part: Pick<PartEntity, 'remoteCounts' | 'remoteState'>): boolean {
  return part.remoteCounts === null ? part.remoteState === 'validating' : !showsThatSomeRan(part);
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
