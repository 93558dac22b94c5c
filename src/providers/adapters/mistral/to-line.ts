import { Byte, decodeString } from '../../../common/jsonl/json-bytes';
import { editMembers, type MemberEdit } from '../../../common/jsonl/edit-members';
import { objectFields } from '../../../common/jsonl/object-fields';
import type { StoredItem } from '../../contract/adapter';
import { rawElements } from '../../translation/raw-json';
import { fieldsOf, type BodyFields } from './body-fields';

/**
 * The line for an item: our id and the body. Neither method, url nor model: the job has the endpoint and the model, and a
 * model in a line would be ignored.
 */
export function toLine(item: StoredItem, itemId: string): Buffer {
  return Buffer.concat([Buffer.from(`{"custom_id":"${itemId}","body":`), toBody(item), Buffer.from('}')]);
}

/** The body in the vendor's names. Every value that is kept keeps its bytes. */
function toBody({ endpoint, body }: StoredItem): Buffer {
  const values = valuesOf(body);
  const fields = fieldsOf(endpoint);
  return editMembers(body, (key) => edit(key, values, fields));
}

type Values = ReadonlyMap<string, Buffer>;

function edit(key: string, values: Values, { renamed, dropped, neutral }: BodyFields): MemberEdit {
  const value = values.get(key);
  if (dropped.includes(key) || neutral.has(key) || !value || isNull(value)) return 'drop';
  const name = renamed.get(key);
  // Given under both names, the two are the same.
  if (name !== undefined) return isGiven(values.get(name)) ? 'drop' : { key: name };
  if (key === 'tool_choice' && isText(value, 'required')) return { json: '"any"' };
  return key === 'messages' && value.includes('null') ? { json: withoutNulls(value) } : 'keep';
}

/** The JSON of a list of messages without the members that are null, which the vendor may not know; null content says something. */
function withoutNulls(messages: Buffer): string {
  const cleaned = rawElements(messages).map((message) => {
    const values = valuesOf(message);
    const isLeftOut = (key: string) => key !== 'content' && !isGiven(values.get(key));
    return [...values.keys()].some(isLeftOut)
      ? editMembers(message, (key) => (isLeftOut(key) ? 'drop' : 'keep'))
      : message;
  });
  return `[${cleaned.map((message) => message.toString('utf8')).join(',')}]`;
}

/** The members of an object, by key; none for any other value. */
function valuesOf(object: Buffer): Map<string, Buffer> {
  const fields = objectFields(object) ?? [];
  return new Map(fields.map(({ key, valueStart, valueEnd }) => [key, object.subarray(valueStart, valueEnd)]));
}

function isGiven(value: Buffer | undefined): boolean {
  return value !== undefined && !isNull(value);
}

function isNull(value: Buffer): boolean {
  return value.equals(NULL);
}

const NULL = Buffer.from('null');

function isText(value: Buffer, text: string): boolean {
  return value[0] === Byte.QUOTE && decodeString(value) === text;
}
