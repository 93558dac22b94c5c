import { ApiError } from './api-error';
import { isObject, parseJson, type JsonObject } from '../kit/json';
import type { ExpiresAfter } from './types';

/** The parameters of `POST /v1/batches`, checked. */
export interface CreateParams {
  readonly inputFileId: string;
  readonly endpoint: string;
  /** What the `url` of every line must be. */
  readonly lineUrl: string;
  /** The endpoint as OpenAI spells it, by which a line is answered. */
  readonly kind: string;
  readonly window: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly outputExpiresAfter: ExpiresAfter | null;
}

const OUTPUT_EXPIRY_SECONDS = [3_600, 2_592_000] as const;

/** What a vendor takes in a create. */
export interface CreateRules {
  /** By each `endpoint` that is taken, the `url` of its lines. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly params: readonly string[];
  readonly isWindow: (window: string) => boolean;
  /** What becomes of a batch whose input file is not there. */
  readonly missingInput: 'refused' | 'failed later';
}

/** Checks a create as the vendor does: an unknown parameter is refused like a wrong one. */
export function parseCreate(contentType: string | undefined, bytes: Buffer, rules: CreateRules): CreateParams {
  const body = parseJson(bytes);
  if (!/^application\/json\b/i.test(contentType ?? '') || !isObject(body)) {
    throw new ApiError(400, 'We could not parse the JSON body of your request.');
  }
  refuseUnknown(body, rules.params);
  const inputFileId = requiredString(body, 'input_file_id');
  const endpoint = requiredString(body, 'endpoint');
  const window = requiredString(body, 'completion_window');
  const lineUrl = rules.endpoints[endpoint];
  if (lineUrl === undefined) throw invalidValue('endpoint', endpoint, Object.keys(rules.endpoints));
  if (!rules.isWindow(window)) throw invalidValue('completion_window', window, ['24h']);
  return {
    inputFileId,
    endpoint,
    lineUrl,
    kind: lineUrl.replace(/^\/v\d+\//, '/v1/'),
    window,
    metadata: metadataOf(body['metadata']),
    outputExpiresAfter: expiresAfterOf(body['output_expires_after']),
  };
}

function expiresAfterOf(value: unknown): ExpiresAfter | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalidType('output_expires_after', 'an object');
  refuseUnknown(value, ['anchor', 'seconds'], 'output_expires_after.');
  return checkExpiry(value['anchor'], value['seconds'], 'output_expires_after', OUTPUT_EXPIRY_SECONDS);
}

/** Checks the two halves of an expiry policy, of an output or of an uploaded file. */
export function checkExpiry(
  anchor: unknown,
  seconds: unknown,
  param: string,
  [least, most]: readonly [number, number],
): ExpiresAfter {
  if (anchor !== 'created_at') throw invalidValue(`${param}.anchor`, String(anchor), ['created_at']);
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < least || seconds > most) {
    const message = `'${param}.seconds' must be from ${least} to ${most}.`;
    throw new ApiError(400, message, `${param}.seconds`, 'invalid_value');
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
