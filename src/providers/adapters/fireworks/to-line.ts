import type { StoredItem } from '../../contract/adapter';
import { openAiBody } from '../../upstream/openai-body';

/** The line for an item: our id, and the caller's body without `stream` and without the model, which the job names. */
export function toLine({ body }: StoredItem, itemId: string): Buffer {
  return Buffer.concat([Buffer.from(`{"custom_id":"${itemId}","body":`), openAiBody(body, null), Buffer.from('}')]);
}
