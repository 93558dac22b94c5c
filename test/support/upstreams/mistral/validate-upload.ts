import { isObject, parseJson, type JsonObject } from '../kit/json';
import { parseMultipart } from '../kit/multipart';
import { ApiError, malformed } from './api-error';
import { complaintOf } from './validate-body';

/** One line of an input file. The vendor takes an id that is missing or comes twice. */
export interface InputItem {
  readonly customId: string | null;
  readonly body: JsonObject;
}

export interface Upload {
  readonly filename: string;
  readonly content: Buffer;
}

const DETAIL = 'Invalid file format.';
/** As the vendor words it for a line that is no JSON. */
const NO_JSON = 'Chat too large or missing. Format your file using newline delimited JSON';
const LINE_KEYS = ['custom_id', 'body'];

/**
 * Checks an upload as the vendor does: every line at once, and one of a wrong form refuses the file with a 422. The answer of a
 * batch file is taken to be the one that was seen of another kind of file: `errors` with a `line_number` from 1.
 */
export function parseUpload(contentType: string | undefined, body: Buffer, maxBytes: number): Upload {
  const parts = new Map(parseMultipart(contentType, body).map((part) => [part.name, part]));
  const file = parts.get('file');
  if (!file?.filename) throw malformed({ type: 'missing', loc: ['body', 'file'], msg: 'Field required' });
  if (parts.get('purpose')?.content.toString() !== 'batch') {
    throw malformed({ type: 'enum', loc: ['body', 'purpose'], msg: "Input should be 'batch'" });
  }
  if (file.content.length > maxBytes) throw new ApiError(413, { detail: 'File too large' });
  const errors = linesOf(file.content).flatMap((line, index) => errorOf(line, index + 1));
  if (errors.length > 0) throw invalidFile(errors);
  return { filename: file.filename, content: file.content };
}

/** The requests of a file that was taken. */
export function itemsOf(content: Buffer): InputItem[] {
  return linesOf(content).map((line) => {
    const { custom_id: customId, body } = parseJson(line) as { custom_id?: string; body: JsonObject };
    return { customId: customId ?? null, body };
  });
}

interface LineError {
  readonly message: string;
  readonly line_number: number;
}

function errorOf(bytes: Buffer, line: number): LineError[] {
  const json = parseJson(bytes);
  if (!isObject(json)) throw new ApiError(422, { detail: DETAIL, description: NO_JSON });
  const complaint = lineComplaint(json);
  return complaint === null ? [] : [{ message: `1 validation error for BatchRequest ${complaint}`, line_number: line }];
}

function lineComplaint(line: JsonObject): string | null {
  const extra = Object.keys(line).find((key) => !LINE_KEYS.includes(key));
  if (extra !== undefined) return `${extra} Extra inputs are not permitted`;
  const { custom_id: customId, body } = line;
  if (customId !== undefined && customId !== null && typeof customId !== 'string') {
    return 'custom_id Input should be a valid string';
  }
  return isObject(body) ? complaintOf(body) : 'body Input should be a valid dictionary';
}

function invalidFile(errors: readonly LineError[]): ApiError {
  const found = `Found ${errors.length} error${errors.length === 1 ? '' : 's'} in this file.`;
  const description = `${found} You can view supported formats here: https://docs.mistral.ai/capabilities/batch.`;
  return new ApiError(422, { detail: DETAIL, description, errors });
}

/** Lines end in LF; only the last may lack it. */
function linesOf(file: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < file.length;) {
    const newline = file.indexOf(0x0a, start);
    const end = newline < 0 ? file.length : newline;
    lines.push(file.subarray(start, end));
    start = end + 1;
  }
  if (lines.length === 0) throw new ApiError(422, { detail: DETAIL, description: NO_JSON });
  return lines;
}
