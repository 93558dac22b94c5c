import type { StoredItem, TargetModel, UnsupportedField } from '../../contract/adapter';
import type { Message, ToolFields } from '../../translation/chat';
import { writeJson } from '../../translation/raw-json';
import { checkChat } from './check-chat';
import type { ChatPart } from './content';
import { toSystem, toTurns } from './contents';
import { checkEmbedding, toEmbedRequest } from './embeddings';
import { toConfig, type OptionFields } from './options';
import type { GenerateRequest } from './request';
import { toToolFields } from './tools';

type ChatBody = OptionFields & ToolFields & { readonly messages: readonly Message<ChatPart>[] };

/** The endpoint whose items are embeddings; all others are chats. */
export const EMBEDDINGS = '/v1/embeddings';

export function check(item: StoredItem, model: TargetModel): readonly UnsupportedField[] {
  return item.endpoint === EMBEDDINGS ? checkEmbedding(item) : checkChat(item, model);
}

/** The request of a chat completion's body in which nothing was refused. */
export function toRequest(body: Buffer, { traits }: TargetModel): GenerateRequest {
  const chat = JSON.parse(body.toString('utf8')) as ChatBody;
  return {
    contents: toTurns(chat.messages),
    ...toSystem(chat.messages),
    ...toToolFields(chat, body),
    ...toConfig(chat, traits, body),
  };
}

/** The line of a batch's file for an item. The model is the batch's. */
export function toLine({ endpoint, body }: StoredItem, itemId: string, model: TargetModel): Buffer {
  const request = endpoint === EMBEDDINGS ? toEmbedRequest(body) : toRequest(body, model);
  return Buffer.from(writeJson({ key: itemId, request }));
}
