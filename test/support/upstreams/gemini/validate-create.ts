import { isObject, parseJson, type JsonObject } from '../kit/json';
import { ApiError } from './api-error';
import type { BatchRequest } from './types';
import { shapeFault, type ShapeFault } from './validate-shape';

const REQUESTS = 'batch.input_config.requests.requests';

/** What a create says, once its envelope is checked. */
export interface Create {
  readonly displayName: string;
  /** Null when the create carries its requests. */
  readonly fileName: string | null;
  readonly requests: readonly unknown[];
}

/** Checks the envelope of a create, and takes it apart. */
export function parseCreate(contentType: string | undefined, bytes: Buffer, maxBytes: number): Create {
  if (bytes.length > maxBytes) throw new ApiError(400, `Request payload size exceeds the limit: ${maxBytes} bytes.`);
  const body = parseJson(bytes);
  if (!/^application\/json\b/i.test(contentType ?? '') || !isObject(body)) {
    throw new ApiError(400, 'Invalid JSON payload received. Unexpected token.');
  }
  const batch = memberOf(body, 'batch', ['batch'], '');
  const config = memberOf(batch, 'inputConfig', ['displayName', 'inputConfig', 'priority', 'model'], 'batch');
  only(config, ['fileName', 'requests'], 'batch.input_config');
  const { displayName } = batch;
  if (typeof displayName !== 'string')
    throw new ApiError(400, '* BatchGenerateContentRequest.batch.display_name: required');
  const { fileName, requests } = config;
  if (typeof fileName === 'string' && requests === undefined) return { displayName, fileName, requests: [] };
  const all = isObject(requests) ? requests['requests'] : undefined;
  if (fileName !== undefined || !Array.isArray(all) || all.length === 0) {
    throw new ApiError(400, '* BatchGenerateContentRequest.batch.input_config: no input');
  }
  return { displayName, fileName: null, requests: all };
}

/** The requests that a create carries. The vendor's parser stops at the first that it cannot take. */
export function parseInline(requests: readonly unknown[], isEmbedding: boolean): BatchRequest[] {
  return requests.map((entry, index) => {
    const at = `${REQUESTS}[${index}]`;
    if (!isObject(entry)) throw new ApiError(400, `Invalid value at '${at}' (type.googleapis.com).`);
    only(entry, ['request', 'metadata'], at);
    const fault = shapeFault(entry['request'], messageOf(isEmbedding), `${at}.request`);
    if (fault) throw new ApiError(400, wordsOf(fault));
    const { metadata } = entry;
    const key = isObject(metadata) ? metadata['key'] : undefined;
    return { key: typeof key === 'string' ? key : '', request: entry['request'] as JsonObject };
  });
}

/** The requests in a file. One line that cannot be taken refuses them all; the vendor names every such line. */
export function parseFile(content: Buffer, isEmbedding: boolean): BatchRequest[] {
  const lines = content
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new ApiError(400, 'The input file is empty.');
  const parsed = lines.map((line) => parseLine(line, isEmbedding));
  const faults = parsed.flatMap((each, index) =>
    typeof each === 'string' ? `Error on line ${index + 1}: ${each}` : [],
  );
  if (faults.length > 0) throw new ApiError(400, faults.join('\n'));
  return parsed.filter((each) => typeof each !== 'string');
}

function parseLine(line: string, isEmbedding: boolean): BatchRequest | string {
  const entry = parseJson(Buffer.from(line));
  if (!isObject(entry)) return "invalid JSON, near column 1: unexpected character; expected '{'";
  const extra = Object.keys(entry).find((key) => key !== 'key' && key !== 'request');
  if (extra !== undefined) return `invalid JSON, near column 1: no such field: '${extra}'`;
  const fault = shapeFault(entry['request'], messageOf(isEmbedding), 'request');
  if (fault)
    return `invalid JSON, near column 23: ${fault.unknown === null ? `invalid value at ${fault.at}` : `no such field: '${fault.unknown}'`}`;
  const { key } = entry;
  return { key: typeof key === 'string' ? key : '', request: entry['request'] as JsonObject };
}

function messageOf(isEmbedding: boolean): 'EmbedContentRequest' | 'GenerateContentRequest' {
  return isEmbedding ? 'EmbedContentRequest' : 'GenerateContentRequest';
}

function memberOf(object: JsonObject, key: string, known: readonly string[], at: string): JsonObject {
  only(object, known, at);
  const member = object[key];
  if (!isObject(member)) throw new ApiError(400, `* BatchGenerateContentRequest.${key}: required`);
  return member;
}

function only(object: JsonObject, known: readonly string[], at: string): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new ApiError(400, wordsOf({ at, unknown }));
}

function wordsOf({ at, unknown }: ShapeFault): string {
  return unknown === null
    ? `Invalid value at '${at}'`
    : `Invalid JSON payload received. Unknown name "${unknown}" at '${at}': Cannot find field.`;
}
