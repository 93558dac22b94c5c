import { isObject, parseJson, type JsonObject } from '../kit/json';
import { detailed, malformed, type ApiError } from './api-error';
import { isUuid } from './uuid';

/** The parameters of `POST /v1/batch/jobs`, checked. */
export interface CreateParams {
  readonly inputFile: string;
  readonly endpoint: string;
  readonly model: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly timeoutHours: number;
}

const KEYS = ['input_files', 'requests', 'endpoint', 'model', 'agent_id', 'metadata', 'timeout_hours'];
const ENDPOINTS = [
  ...['/v1/chat/completions', '/v1/embeddings', '/v1/fim/completions', '/v1/moderations', '/v1/chat/moderations'],
  ...['/v1/ocr', '/v1/classifications', '/v1/chat/classifications', '/v1/conversations', '/v1/audio/transcriptions'],
];
const MODEL = /^(?:open-)?(?:mistral|ministral|magistral|codestral|pixtral|devstral)-/;

/** Checks a create; requests within it are not served here, and of input files only one. */
export function parseCreate(contentType: string | undefined, bytes: Buffer): CreateParams {
  const body = parseJson(bytes);
  if (!/^application\/json\b/i.test(contentType ?? '') || !isObject(body)) {
    throw wrong([], 'model_attributes_type', 'Input should be a valid dictionary');
  }
  const extra = Object.keys(body).find((key) => !KEYS.includes(key));
  if (extra !== undefined) throw wrong([extra], 'extra_forbidden', 'Extra inputs are not permitted');
  const inputFile = inputFileOf(body);
  const { endpoint, model, metadata = null, timeout_hours: timeoutHours = 24 } = body;
  if (!ENDPOINTS.some((each) => each === endpoint)) {
    throw wrong(['endpoint'], 'enum', `Input should be ${ENDPOINTS.map((each) => `'${each}'`).join(', ')}`);
  }
  if (typeof model !== 'string') throw wrong(['model'], 'missing', 'Field required');
  if (!MODEL.test(model)) throw detailed(422, 'You do not have access to the model');
  if (!isTexts(metadata)) throw wrong(['metadata'], 'string_type', 'Input should be a valid string');
  return { inputFile, endpoint: String(endpoint), model, metadata, timeoutHours: hoursOf(timeoutHours) };
}

function inputFileOf({ input_files: files }: JsonObject): string {
  const [file, ...others] = Array.isArray(files) ? (files as unknown[]) : [];
  if (!isUuid(file)) throw wrong(['input_files', 0], 'uuid_parsing', 'Input should be a valid UUID');
  if (others.length > 0) throw wrong(['input_files'], 'too_long', 'Not served by this simulator');
  return file;
}

function hoursOf(hours: unknown): number {
  if (!Number.isInteger(hours)) throw wrong(['timeout_hours'], 'int_type', 'Input should be a valid integer');
  if (Number(hours) < 1) {
    throw wrong(['timeout_hours'], 'greater_than_equal', 'Input should be greater than or equal to 1');
  }
  if (Number(hours) > 168) {
    throw wrong(['timeout_hours'], 'less_than_equal', 'Input should be less than or equal to 168');
  }
  return Number(hours);
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> | null {
  return value === null || (isObject(value) && Object.values(value).every((text) => typeof text === 'string'));
}

function wrong(loc: readonly (string | number)[], type: string, msg: string): ApiError {
  return malformed({ type, loc: ['body', ...loc], msg });
}
