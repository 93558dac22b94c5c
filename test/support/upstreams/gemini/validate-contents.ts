import type { JsonObject } from '../kit/json';
import { asList, asObject } from './unpack';

const MEDIA = [
  ...['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif', 'application/pdf'],
  ...['audio/wav', 'audio/mp3', 'audio/aiff', 'audio/aac', 'audio/ogg', 'audio/flac'],
];
const DATA = ['text', 'inlineData', 'fileData', 'functionCall', 'functionResponse'];

/** Checks a conversation: who speaks, what a turn may hold, and that every call is answered in the next turn. */
export function contentsRefusal(contents: unknown): string | null {
  const turns = asList(contents).map(asObject);
  if (turns.length === 0) return '* GenerateContentRequest.contents: contents is not specified';
  if (turns[0]?.['role'] !== 'user') return 'Please ensure that multiturn requests start with a user turn.';
  if (turns.at(-1)?.['role'] !== 'user') return 'Please ensure that multiturn requests end with a user role.';
  let calls: readonly JsonObject[] = [];
  for (const [index, turn] of turns.entries()) {
    const refusal = turnRefusal(turn, index) ?? answersRefusal(turn, calls);
    if (refusal) return refusal;
    calls = membersOf(turn, 'functionCall');
  }
  return null;
}

function turnRefusal({ role, parts }: JsonObject, index: number): string | null {
  if (role !== 'user' && role !== 'model') return 'Please use a valid role: user, model.';
  const all = asList(parts).map(asObject);
  if (all.length === 0) return `* GenerateContentRequest.contents[${index}].parts: contents.parts must not be empty.`;
  for (const part of all) {
    const refusal = partRefusal(part, role);
    if (refusal) return `* GenerateContentRequest.contents[${index}].parts: ${refusal}`;
  }
  return null;
}

function partRefusal(part: JsonObject, role: string): string | null {
  if (DATA.filter((key) => key in part).length !== 1)
    return 'required oneof field ‘data’ must have one initialized field';
  if (part['text'] === '') return 'must have a text parameter';
  if ('inlineData' in part && !MEDIA.includes(String(asObject(part['inlineData'])['mimeType']))) {
    return 'Unsupported MIME type';
  }
  if ('functionCall' in part && role !== 'model') return 'a function call must be of the model';
  if ('functionResponse' in part && role !== 'user') return 'a function response must be of the user';
  return null;
}

function answersRefusal(turn: JsonObject, calls: readonly JsonObject[]): string | null {
  const answers = membersOf(turn, 'functionResponse');
  const names = (members: readonly JsonObject[]) => members.map(({ name }) => String(name)).sort();
  if (names(answers).join() === names(calls).join()) return null;
  return (
    'Please ensure that the number of function response parts is equal to the number of function call parts of the ' +
    'function call turn.'
  );
}

function membersOf({ parts }: JsonObject, key: string): JsonObject[] {
  return asList(parts).flatMap((part) => {
    const member = asObject(part)[key];
    return member === undefined ? [] : [asObject(member)];
  });
}
