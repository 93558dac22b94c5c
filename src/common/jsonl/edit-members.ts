import { objectFields } from './object-fields';

const [OPEN, COMMA, CLOSE] = [Buffer.from('{'), Buffer.from(','), Buffer.from('}')];

/** What becomes of a member: it stays, goes, or is written anew with another key or value (JSON text). */
export type MemberEdit = 'keep' | 'drop' | { readonly key?: string; readonly json?: string };

/**
 * A copy of a JSON object in which each member is kept byte for byte, left out or written anew. White space between members
 * is not kept. The bytes must be known to be valid JSON.
 * @throws Error when the value is not an object
 */
export function editMembers(object: Buffer, edit: (key: string) => MemberEdit): Buffer {
  const fields = objectFields(object);
  if (!fields) throw new Error('Not an object');
  const pieces: Buffer[] = [];
  for (const { key, keyStart, keyEnd, valueStart, valueEnd } of fields) {
    const wanted = edit(key);
    if (wanted === 'drop') continue;
    if (pieces.length > 0) pieces.push(COMMA);
    if (wanted === 'keep') {
      pieces.push(object.subarray(keyStart, valueEnd));
      continue;
    }
    const newKey =
      wanted.key === undefined ? object.subarray(keyStart, keyEnd) : Buffer.from(JSON.stringify(wanted.key));
    const value = wanted.json === undefined ? object.subarray(valueStart, valueEnd) : Buffer.from(wanted.json);
    pieces.push(newKey, Buffer.from(':'), value);
  }
  return Buffer.concat([OPEN, ...pieces, CLOSE]);
}
