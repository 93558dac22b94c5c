import { ApiError } from './api-error';
import { isObject, parseJson, type JsonObject } from './json';
import type { ExpiresAfter } from './types';

/** The parameters of `POST /v1/batches`, checked. */
export interface CreateParams {
  readonly inputFileId: string;
  readonly endpoint: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly outputExpiresAfter: ExpiresAfter | null;
}

const ENDPOINTS = [
  '/v1/responses',
  '/v1/chat/completions',
  '/v1/embeddings',
  '/v1/completions',
  '/v1/moderations',
  '/v1/images/generations',
  '/v1/images/edits',
  '/v1/videos',
];
const PARAMS = ['input_file_id', 'endpoint', 'completion_window', 'metadata', 'output_expires_after'];

/** Checks a create as the vendor does: an unknown parameter is refused like a wrong one. */
export function parseCreate(contentType: string | undefined, bytes: Buffer): CreateParams {
  const body = parseJson(bytes);
  if (!/^application\/json\b/i.test(contentType ?? '') || !isObject(body)) {
    throw new ApiError(400, 'We could not parse the JSON body of your request.');
  }
  refuseUnknown(body, PARAMS);
  const inputFileId = requiredString(body, 'input_file_id');
  const endpoint = requiredString(body, 'endpoint');
  const window = requiredString(body, 'completion_window');
  if (!ENDPOINTS.includes(endpoint)) throw invalidValue('endpoint', endpoint, ENDPOINTS);
  if (window !== '24h') throw invalidValue('completion_window', window, ['24h']);
  return {
    inputFileId,
    endpoint,
    metadata: metadataOf(body['metadata']),
    outputExpiresAfter: expiresAfterOf(body['output_expires_after']),
  };
}

function expiresAfterOf(value: unknown): ExpiresAfter | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalidType('output_expires_after', 'an object');
  refuseUnknown(value, ['anchor', 'seconds'], 'output_expires_after.');
  return checkExpiry(value['anchor'], value['seconds'], 'output_expires_after');
}

/** Checks the two halves of an expiry policy, of an output or of an uploaded file. */
export function checkExpiry(anchor: unknown, seconds: unknown, param: string): ExpiresAfter {
  if (anchor !== 'created_at') throw invalidValue(`${param}.anchor`, String(anchor), ['created_at']);
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 3_600 || seconds > 2_592_000) {
    throw new ApiError(400, `'${param}.seconds' must be from 3600 to 2592000.`, `${param}.seconds`, 'invalid_value');
  }
  return { anchor, seconds };
}

function metadataOf(value: unknown): Readonly<Record<string, string>> | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalidType('metadata', 'an object');
  const pairs = Object.entries(value);
  if (pairs.length > 16) throw tooLong('metadata', 'at most 16 pairs');
  const checked: Record<string, string> = {};
  for (const [key, text] of pairs) {
    if (key.length > 64) throw tooLong('metadata', 'keys of at most 64 characters');
    if (typeof text !== 'string') throw invalidType(`metadata.${key}`, 'a string');
    if (text.length > 512) throw tooLong(`metadata.${key}`, 'at most 512 characters');
    checked[key] = text;
  }
  return checked;
}

function refuseUnknown(object: JsonObject, known: readonly string[], prefix = ''): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new ApiError(400, `Unknown parameter: '${prefix}${unknown}'.`, `${prefix}${unknown}`, 'unknown_parameter');
}

function requiredString(body: JsonObject, param: string): string {
  const value = body[param];
  if (value === undefined || value === null) {
    throw new ApiError(400, `Missing required parameter: '${param}'.`, param, 'missing_required_parameter');
  }
  if (typeof value !== 'string') throw invalidType(param, 'a string');
  return value;
}

function invalidType(param: string, expected: string): ApiError {
  return new ApiError(400, `Invalid type for '${param}': expected ${expected}.`, param, 'invalid_type');
}

function invalidValue(param: string, value: string, allowed: readonly string[]): ApiError {
  const message = `Invalid value: '${value}'. Supported values are: ${allowed.map((each) => `'${each}'`).join(', ')}.`;
  return new ApiError(400, message, param, 'invalid_value');
}

function tooLong(param: string, allowed: string): ApiError {
  return new ApiError(400, `Invalid '${param}': expected ${allowed}.`, param, 'string_above_max_length');
}
