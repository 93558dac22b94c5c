import type { StoredItem } from '../contract/adapter';
import { openAiBody } from './openai-body';

/** The line for an item: our id, and the caller's body with the vendor's model id and without `stream`. */
export function toLine(item: StoredItem, itemId: string, model: string, url: string = item.endpoint): Buffer {
  const prefix = `{"custom_id":"${itemId}","method":"POST","url":${JSON.stringify(url)},"body":`;
  return Buffer.concat([Buffer.from(prefix), openAiBody(item.body, model), Buffer.from('}')]);
}
