import { Refusal, type Answer } from './types';

/** One part of a form; `filename` is null for a plain field. */
export interface FormPart {
  readonly name: string;
  readonly filename: string | null;
  readonly content: Buffer;
}

const CRLF = Buffer.from('\r\n');
const HEADERS_END = Buffer.from('\r\n\r\n');

/** Splits a whole `multipart/form-data` body. The parts are views on `body`, so a large file is not copied. */
export function parseMultipart(contentType: string | undefined, body: Buffer): FormPart[] {
  const boundary = boundaryOf(contentType);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const parts: FormPart[] = [];
  let at = startOfForm(body, boundary);
  while (!startsWith(body, at, '--')) {
    const start = body.indexOf(CRLF, at);
    const end = start < 0 ? -1 : body.indexOf(delimiter, start);
    if (end < 0) throw malformed('the closing boundary is missing');
    parts.push(parsePart(body.subarray(start + CRLF.length, end)));
    at = end + delimiter.length;
  }
  return parts;
}

function boundaryOf(contentType: string | undefined): string {
  const match = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '');
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw malformed('the Content-Type is not multipart/form-data with a boundary');
  return boundary;
}

/** The place right after the first boundary; anything before it is a preamble, which the format allows. */
function startOfForm(body: Buffer, boundary: string): number {
  const opening = `--${boundary}`;
  if (startsWith(body, 0, opening)) return opening.length;
  const found = body.indexOf(`\r\n${opening}`);
  if (found < 0) throw malformed('the first boundary is missing');
  return found + CRLF.length + opening.length;
}

function parsePart(part: Buffer): FormPart {
  const headersEnd = part.indexOf(HEADERS_END);
  if (headersEnd < 0) throw malformed('a part has no headers');
  const headers = part.subarray(0, headersEnd).toString('utf8').split('\r\n');
  const disposition = headers.find((header) => /^content-disposition\s*:\s*form-data\s*;/i.test(header));
  const name = disposition && parameterOf(disposition, 'name');
  if (disposition === undefined || name === undefined) throw malformed('a part has no name');
  const filename = parameterOf(disposition, 'filename') ?? null;
  return { name, filename, content: part.subarray(headersEnd + HEADERS_END.length) };
}

function parameterOf(disposition: string, parameter: string): string | undefined {
  return new RegExp(`;\\s*${parameter}="([^"]*)"`, 'i').exec(disposition)?.[1];
}

function startsWith(body: Buffer, at: number, text: string): boolean {
  return body.subarray(at, at + text.length).equals(Buffer.from(text));
}

/** A body that is no form; vendors word it alike. */
class FormError extends Refusal {
  toAnswer(): Answer {
    const error = { message: this.message, type: 'invalid_request_error', param: null, code: null };
    return { status: 400, body: { error } };
  }
}

function malformed(why: string): FormError {
  return new FormError(`Could not parse multipart form: ${why}.`);
}
