import { ApiError } from './api-error';
import { parseMultipart, type FormPart } from '../kit/multipart';
import type { ExpiresAfter } from './types';
import { checkExpiry } from './validate-create';

/** The form of `POST /v1/files`, checked. */
export interface UploadParams {
  readonly filename: string;
  readonly content: Buffer;
  readonly expiresAfter: ExpiresAfter | null;
}

/** What a vendor takes in an upload of a batch's input. */
export interface UploadRules {
  readonly purpose: string;
  readonly fields: readonly string[];
  /** Least and most. */
  readonly expirySeconds: readonly [number, number];
}

/** Checks an upload as the vendor does; only the purpose of batches is served here. */
export function parseUpload(contentType: string | undefined, body: Buffer, rules: UploadRules): UploadParams {
  const fields = byName(parseMultipart(contentType, body), rules.fields);
  const purpose = textOf(fields, 'purpose');
  if (purpose === undefined) throw new ApiError(400, "'purpose' is a required property", 'purpose');
  if (purpose !== rules.purpose) {
    throw new ApiError(400, `'${purpose}' is not one of ['${rules.purpose}'] - 'purpose'`, 'purpose');
  }
  const file = fields.get('file');
  if (!file?.filename) throw new ApiError(400, "'file' is a required property", 'file');
  if (!file.filename.endsWith('.jsonl')) {
    throw new ApiError(400, 'Invalid file format for Batch API. Must be .jsonl', 'file', 'invalid_file_format');
  }
  return { filename: file.filename, content: file.content, expiresAfter: expiryOf(fields, rules) };
}

function byName(parts: readonly FormPart[], known: readonly string[]): Map<string, FormPart> {
  const fields = new Map<string, FormPart>();
  for (const part of parts) {
    if (!known.includes(part.name)) {
      throw new ApiError(400, `Unknown parameter: '${part.name}'.`, part.name, 'unknown_parameter');
    }
    if (fields.has(part.name)) {
      throw new ApiError(400, `Duplicate parameter: '${part.name}'.`, part.name, 'duplicate_parameter');
    }
    fields.set(part.name, part);
  }
  return fields;
}

function expiryOf(fields: ReadonlyMap<string, FormPart>, rules: UploadRules): ExpiresAfter | null {
  const anchor = textOf(fields, 'expires_after[anchor]');
  const seconds = textOf(fields, 'expires_after[seconds]');
  if (anchor === undefined && seconds === undefined) return null;
  const given = seconds === undefined ? undefined : Number(seconds);
  return checkExpiry(anchor, given, 'expires_after', rules.expirySeconds);
}

function textOf(fields: ReadonlyMap<string, FormPart>, name: string): string | undefined {
  return fields.get(name)?.content.toString('utf8');
}
