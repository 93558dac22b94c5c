import fc from 'fast-check';
import type { Parsed, Json } from './spelled-json';

export const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** Texts with what is easily lost: lone surrogates, quotes, separators, braces. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('é😀', '\ud800', '"\\\n', '{}', '\u2028'),
);

const spelledNumber = fc.constantFrom('12345678901234567890', '1.10', '-0.0', '1e999', '0.1000000000000000055', '7');
/** The text of an object with a number that a double cannot hold. */
export const objectJson = fc
  .tuple(spelledNumber, fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('', ' ', '\n'))
  .map(([number, value, space]) => `{${space}"n":${number},${space}"v":${JSON.stringify(value)}}`);

export const limits = fc.constantFrom(
  {},
  { max_tokens: 7 },
  { max_completion_tokens: 8 },
  { max_tokens: 9, max_completion_tokens: 9 },
);

/** Chats whose order every vendor takes: instructions first, a user's or tools' turn last. */
export function chatsOf(
  texts: fc.Arbitrary<unknown>,
  user: fc.Arbitrary<Json[]>,
  spoken: fc.Arbitrary<Json[]>,
  asked: fc.Arbitrary<Json[]>,
): fc.Arbitrary<Json[]> {
  return fc
    .tuple(
      fc.array(fc.record({ role: fc.constantFrom('system', 'developer'), content: texts }), { maxLength: 2 }),
      user,
      fc.array(fc.oneof(user, spoken, asked), { maxLength: 4 }),
      fc.oneof(user, asked),
    )
    .map(([instructions, first, middle, last]) => [...instructions, ...first, ...middle.flat(), ...last]);
}

/** A message's content as parts, whichever way it is written. */
export const blocks = (content: Parsed): Json[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);

/** The texts of a content, without those that are empty. */
export const said = (content: Parsed) =>
  blocks(content).flatMap((block) => (block['text'] === '' ? [] : [block['text']]));

/** Ways to break a chat that no translator takes: each does it and returns the path of the one refusal. */
export const COMMON_BREAKS: readonly ((chat: Json, at: number) => string)[] = [
  (chat, at) => {
    chat['messages'][at].extra = 1;
    return `messages.${at}.extra`;
  },
  (chat) => {
    chat['messages'].push({ role: 'system', content: 'late' });
    return `messages.${chat['messages'].length - 1}.role`;
  },
  (chat) => {
    chat['messages'].push({ role: 'assistant', content: 'prefill' });
    return `messages.${chat['messages'].length - 1}`;
  },
];
