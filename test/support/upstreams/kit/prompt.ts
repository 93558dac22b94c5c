import { isObject, type JsonObject } from './json';

/** The text that decides what becomes of a line. */
export function promptOf(body: JsonObject): string {
  const messages = body['messages'] ?? body['input'] ?? body['prompt'];
  if (!Array.isArray(messages)) return textOf(messages);
  const users = messages.filter((message) => isObject(message) && message['role'] === 'user') as JsonObject[];
  const last = users.at(-1);
  return last === undefined ? textOf(messages) : textOf(last['content']);
}

/** The text of a string, or of the strings and text parts of a list. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const texts = content.map((part: unknown) => (isObject(part) ? part['text'] : part));
  return texts.filter((text) => typeof text === 'string').join('\n');
}
