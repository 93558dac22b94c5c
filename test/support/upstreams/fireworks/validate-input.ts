import { isObject, parseJson, type JsonObject } from '../kit/json';
import type { Status } from './types';

const ROLES = ['system', 'user', 'assistant', 'tool'];

/** A line of a job's input. */
export interface InputRow {
  readonly customId: string;
  readonly body: JsonObject;
}

/**
 * The lines of an upload, or why the job fails: the vendor judges them when the job has begun, and one bad line fails
 * the whole. The line that it names is one too few.
 */
export function parseInput(content: Buffer, filename: string): readonly InputRow[] | Status {
  const rows: InputRow[] = [];
  const seen = new Set<string>();
  const lines = content.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [index, line] of lines.entries()) {
    const row = parseRow(line, seen);
    if (typeof row !== 'string') rows.push(row);
    else return failure(`chat dataset validation failed on ${filename}:${index}: ${row}`);
  }
  return rows.length > 0 ? rows : failure('the dataset is empty');
}

function failure(what: string): Status {
  return { code: 'INVALID_ARGUMENT', message: `Dataset has a syntax error: ${what}` };
}

function parseRow(line: string, seen: Set<string>): InputRow | string {
  const row = parseJson(Buffer.from(line));
  if (!isObject(row)) return 'not a JSON object';
  const { custom_id: customId, body, ...others } = row;
  const [extra] = Object.keys(others);
  if (extra !== undefined) return `unknown field ${extra}`;
  if (typeof customId !== 'string' || customId === '' || seen.has(customId)) return 'custom_id must be unique';
  seen.add(customId);
  if (!isObject(body)) return 'body is required';
  return refusalOf(body) ?? { customId, body };
}

function refusalOf(body: JsonObject): string | null {
  // The job names the model, and there is nobody to stream to.
  const own = ['model', 'stream'].find((field) => field in body);
  if (own !== undefined) return `field ${own} is not allowed in a batch`;
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) return 'messages are required';
  for (const [index, message] of (messages as unknown[]).entries()) {
    const role: unknown = isObject(message) ? message['role'] : undefined;
    if (ROLES.includes(String(role))) continue;
    return `invalid role ${String(role)} in message ${index}, must be 'system', 'user', 'assistant' or 'tool'`;
  }
  return null;
}
