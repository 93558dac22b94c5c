import { isUtf8 } from 'node:buffer';
import { validateSync } from 'class-validator';
import { duplicateKey, objectFields, type ObjectField } from '../common/jsonl/object-fields';
import { singleLine } from '../common/jsonl/replace-value';
import { toFaults } from '../http/faults';
import type { Fault } from '../http/meshbatch-error';
import type { Endpoint } from '../providers/contract/adapter';
import { BatchRequestItemDto } from './dto/batch-request-item.dto';
import { BATCH_ITEMS, type ItemForm } from './item-form';
import { DEFAULT_ENDPOINT, DEFAULT_METHOD, isCustomId, isEndpoint, isModelName } from './item-rules';

/** A valid item: its facts and the caller's own bytes. */
export interface ReadItem {
  readonly customId: string;
  readonly endpoint: Endpoint;
  readonly model: string;
  /** `custom_id` as JSON, byte for byte. */
  readonly customIdJson: Buffer;
  /** `body`, or what the form has in its place, on one line, otherwise byte for byte. */
  readonly body: Buffer;
}

/** Reads one element of `requests`, already known to be JSON: a valid one fast, a failing one by asking its DTO why. */
export function readItem(bytes: Buffer, index: number, form: ItemForm = BATCH_ITEMS): ReadItem | readonly Fault[] {
  const loc = ['body', 'requests', index];
  if (!isUtf8(bytes)) return [{ loc, msg: 'Input should be valid UTF-8', type: 'string_unicode' }];
  const fields = objectFields(bytes);
  if (fields === null) return [{ loc, msg: 'Input should be an object', type: 'dict_type' }];
  const members = byKey(fields);
  const body = members.get(form.nestedKey);
  const bodyFields = (body && objectFields(bytes, body.valueStart)) ?? [];
  const duplicates = [...duplicateFault(fields, loc), ...duplicateFault(bodyFields, [...loc, form.nestedKey])];
  if (duplicates.length > 0) return duplicates;
  return fastRead(bytes, members, byKey(bodyFields), form) ?? explainRefused(bytes, index, form);
}

/** An item that the fast reading refused must have a fault: otherwise it would vanish. */
function explainRefused(bytes: Buffer, index: number, form: ItemForm): readonly Fault[] {
  const faults = explainItem(JSON.parse(bytes.toString('utf8')) as object, index, form);
  if (faults.length === 0) throw new Error(`The rules of a request disagree on requests[${index}]`);
  return faults;
}

/** Why the DTO refuses an item; empty when it does not. */
export function explainItem(item: object, index: number, { nestedKey, endpoint }: ItemForm = BATCH_ITEMS): Fault[] {
  const dto = new BatchRequestItemDto();
  const members = {
    custom_id: 'custom_id',
    body: nestedKey,
    ...(endpoint === null && { method: 'method', url: 'url' }),
  };
  // Only these, by name: an item may have a key such as __proto__.
  for (const [key, own] of Object.entries(members)) {
    if (Object.hasOwn(item, own)) Object.assign(dto, { [key]: (item as Record<string, unknown>)[own] });
  }
  const faults = toFaults(validateSync(dto), ['body', 'requests', index]);
  return faults.map((fault) => ({
    ...fault,
    loc: fault.loc.map((step, at) => (at === 3 && step === 'body' ? nestedKey : step)),
  }));
}

type Members = ReadonlyMap<string, ObjectField>;

function fastRead(
  bytes: Buffer,
  members: Members,
  bodyMembers: Members,
  { nestedKey, endpoint: fixed }: ItemForm,
): ReadItem | null {
  const value = (field: ObjectField | undefined): unknown =>
    field && JSON.parse(bytes.toString('utf8', field.valueStart, field.valueEnd));
  const scalar = (field: ObjectField | undefined) => (field && isScalar(bytes, field) ? value(field) : null);
  const [customId, body] = [members.get('custom_id'), members.get(nestedKey)];
  const id = scalar(customId);
  const given = (key: string, otherwise: string) => (members.has(key) ? scalar(members.get(key)) : otherwise);
  const endpoint = fixed ?? given('url', DEFAULT_ENDPOINT);
  const method = fixed === null ? given('method', DEFAULT_METHOD) : DEFAULT_METHOD;
  const model = scalar(bodyMembers.get('model'));
  if (!customId || !body || !isCustomId(id) || !isEndpoint(endpoint) || method !== DEFAULT_METHOD) return null;
  if (!isModelName(model) || scalar(bodyMembers.get('stream')) === true) return null;
  return {
    customId: id,
    endpoint,
    model,
    customIdJson: bytes.subarray(customId.valueStart, customId.valueEnd),
    body: singleLine(bytes.subarray(body.valueStart, body.valueEnd)),
  };
}

function isScalar(bytes: Buffer, field: ObjectField): boolean {
  const first = bytes[field.valueStart];
  return first !== 0x7b && first !== 0x5b; // { and [
}

function byKey(fields: readonly ObjectField[]): Members {
  return new Map(fields.map((field) => [field.key, field]));
}

/** We would check one value of the key and the provider might read the other. */
function duplicateFault(fields: readonly ObjectField[], loc: readonly (string | number)[]): Fault[] {
  const key = duplicateKey(fields);
  return key === null ? [] : [{ loc: [...loc, key], msg: 'The key occurs more than once', type: 'duplicate_key' }];
}
