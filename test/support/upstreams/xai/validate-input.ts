import { isObject, parseJson, type JsonObject } from '../kit/json';
import { promptOf } from '../kit/prompt';

const LINE_KEYS = ['custom_id', 'method', 'url', 'body'];
const URLS = [
  ...['/v1/chat/completions', '/v1/responses', '/v1/images/generations', '/v1/images/edits', '/v1/videos'],
  ...['/v1/videos/generations', '/v1/videos/edits', '/v1/videos/extensions'],
];
/** Of the models that the vendor runs, those that it does not run in batches. */
const NOT_BATCHED = ['grok-4.5', 'grok-4.6', 'grok-4.7', 'grok-build-0.1', 'grok-3-mini'];

/** One valid line of an input. */
export interface InputItem {
  readonly customId: string;
  readonly body: JsonObject;
}

export interface InputLimits {
  readonly maxLines: number;
  readonly maxLineBytes: number;
}

/** A check failed; the reader of the file adds the line where the vendor does. */
class LineError extends Error {}
class ModelError extends Error {}

/**
 * Reads an input as the vendor does once the batch is made: one bad line, and nothing runs.
 * @returns the lines, or why there are none
 */
export function parseInput(file: Buffer, limits: InputLimits): InputItem[] | string {
  const items: InputItem[] = [];
  const seen = new Set<string>();
  const lines = file
    .toString('latin1')
    .split('\n')
    .filter((line, index, all) => line !== '' || index < all.length - 1)
    .map((line) => Buffer.from(line, 'latin1'));
  if (lines.length === 0 || lines.length > limits.maxLines) return failure(`1 to ${limits.maxLines} requests allowed`);
  for (const [index, line] of lines.entries()) {
    try {
      items.push(parseLine(line, limits, seen));
    } catch (error) {
      if (error instanceof ModelError) return failure(error.message);
      if (error instanceof LineError) return failure(`line ${index + 1}: ${error.message}`);
      throw error;
    }
  }
  return items;
}

function failure(why: string): string {
  return `JSONL file validation failed: ${why}`;
}

function parseLine(bytes: Buffer, { maxLineBytes }: InputLimits, seen: Set<string>): InputItem {
  if (bytes.length > maxLineBytes) throw new LineError(`larger than ${maxLineBytes} bytes`);
  const line = parseJson(bytes);
  if (!isObject(line)) throw new LineError('invalid JSON: expected value');
  const unknown = Object.keys(line).find((key) => !LINE_KEYS.includes(key));
  if (unknown !== undefined) throw new LineError(`unknown field ${unknown}`);
  const { custom_id: customId, method, url, body } = line;
  if (typeof customId !== 'string' || customId === '') throw new LineError('custom_id is required');
  if (seen.has(customId)) throw new LineError(`duplicate custom_id ${customId}`);
  seen.add(customId);
  if (method !== 'POST') throw new LineError('method must be POST');
  if (!URLS.some((known) => known === url)) throw new LineError(`url ${String(url)} is not supported`);
  if (!isObject(body)) throw new LineError('body must be an object');
  checkBody(body);
  return { customId, body };
}

function checkBody(body: JsonObject): void {
  const { model } = body;
  if (typeof model !== 'string') throw new LineError('model is required');
  if (!model.startsWith('grok-') || NOT_BATCHED.includes(model)) {
    throw new ModelError(`Model ${model} is not supported for batch processing.`);
  }
  if (body['stream'] === true) throw new LineError('stream is not supported');
  if (promptOf(body).includes('#poison')) throw new LineError('invalid request (simulated)');
}
