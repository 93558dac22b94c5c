import type { StoredItem, TargetModel } from '../../contract/adapter';
import type { ToolFields } from '../../translation/chat';
import { writeJson } from '../../translation/raw-json';
import { toSystem, toTurns, type Message } from './messages';
import { toMaxTokens, toOptions, type OptionFields } from './options';
import type { MessagesParams } from './params';
import { toToolParams } from './tools';

type ChatBody = OptionFields & ToolFields & { readonly messages: readonly Message[] };

/** The Messages parameters of a chat completion's body in which nothing was refused. */
export function toParams(body: Buffer, { upstream, traits }: TargetModel): MessagesParams {
  const chat = JSON.parse(body.toString('utf8')) as ChatBody;
  const system = toSystem(chat.messages);
  return {
    model: upstream,
    max_tokens: toMaxTokens(chat, traits),
    ...(system.length > 0 && { system }),
    messages: toTurns(chat.messages),
    ...toToolParams(chat, body),
    ...toOptions(chat, traits, body),
  };
}

/** The element of a batch's `requests` for an item. */
export function toLine({ body }: StoredItem, itemId: string, model: TargetModel): Buffer {
  return Buffer.from(writeJson({ custom_id: itemId, params: toParams(body, model) }));
}
