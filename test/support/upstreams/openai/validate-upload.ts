import { ApiError } from './api-error';
import { parseMultipart, type FormPart } from './multipart';
import type { ExpiresAfter } from './types';
import { checkExpiry } from './validate-create';

/** The form of `POST /v1/files`, checked. */
export interface UploadParams {
  readonly filename: string;
  readonly content: Buffer;
  readonly expiresAfter: ExpiresAfter | null;
}

const FIELDS = ['purpose', 'file', 'expires_after[anchor]', 'expires_after[seconds]'];

/** Checks an upload as the vendor does; only `purpose=batch` is served here. */
export function parseUpload(contentType: string | undefined, body: Buffer): UploadParams {
  const fields = byName(parseMultipart(contentType, body));
  const purpose = textOf(fields, 'purpose');
  if (purpose === undefined) throw new ApiError(400, "'purpose' is a required property", 'purpose');
  if (purpose !== 'batch') throw new ApiError(400, `'${purpose}' is not one of ['batch'] - 'purpose'`, 'purpose');
  const file = fields.get('file');
  if (!file?.filename) throw new ApiError(400, "'file' is a required property", 'file');
  if (!file.filename.endsWith('.jsonl')) {
    throw new ApiError(400, 'Invalid file format for Batch API. Must be .jsonl', 'file', 'invalid_file_format');
  }
  return { filename: file.filename, content: file.content, expiresAfter: expiryOf(fields) };
}

function byName(parts: readonly FormPart[]): Map<string, FormPart> {
  const fields = new Map<string, FormPart>();
  for (const part of parts) {
    if (!FIELDS.includes(part.name)) {
      throw new ApiError(400, `Unknown parameter: '${part.name}'.`, part.name, 'unknown_parameter');
    }
    if (fields.has(part.name)) {
      throw new ApiError(400, `Duplicate parameter: '${part.name}'.`, part.name, 'duplicate_parameter');
    }
    fields.set(part.name, part);
  }
  return fields;
}

function expiryOf(fields: ReadonlyMap<string, FormPart>): ExpiresAfter | null {
  const anchor = textOf(fields, 'expires_after[anchor]');
  const seconds = textOf(fields, 'expires_after[seconds]');
  if (anchor === undefined && seconds === undefined) return null;
  return checkExpiry(anchor, seconds === undefined ? undefined : Number(seconds), 'expires_after');
}

function textOf(fields: ReadonlyMap<string, FormPart>, name: string): string | undefined {
  return fields.get(name)?.content.toString('utf8');
}
