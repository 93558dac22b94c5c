import type { StoredItem, TargetModel } from '../../contract/adapter';
import { openAiBody } from '../../upstream/openai-body';

/** The element of a create's `requests` for an item: our id, and the caller's body with the model that the batch has, too. */
export function toLine({ body }: StoredItem, itemId: string, { upstream }: TargetModel): Buffer {
  return Buffer.concat([Buffer.from(`{"custom_id":"${itemId}","body":`), openAiBody(body, upstream), Buffer.from('}')]);
}
