import type { IncomingMessage } from 'node:http';
import type { Type } from '@nestjs/common';
import { duplicateKey, objectFields } from '../common/jsonl/object-fields';
import { StrictScanner } from '../common/jsonl/strict-scanner';
import { isJson, validBody } from '../http/json-body';
import { MeshbatchError, ValidationFailedError } from '../http/meshbatch-error';
import { MAX_DEPTH } from './body-format';
import { UnsupportedMediaTypeError } from './ingest.errors';
import { readFault } from './read-fault';
import { checkBodyHeaders } from './request-body';

/** Metadata at its longest, all of it escaped, and some. */
const MAX_BYTES = 1024 * 1024;

/** Refuses by its headers alone a body that {@link readSmallBody} would not take; there may be none. */
export function checkSmallBodyHeaders(request: IncomingMessage): void {
  const { headers } = request;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (hasBody && !isJson(request)) throw new UnsupportedMediaTypeError('application/json');
  checkBodyHeaders(request, MAX_BYTES);
}

/**
 * Reads a body of JSON as an instance of a decorated DTO class; no body stands for `{}`. Other fields than those of the class are ignored.
 * Throws {@link ValidationFailedError}, or 413 above 1 MiB.
 */
export async function readSmallBody<T extends object>(source: AsyncIterable<Buffer>, dto: Type<T>): Promise<T> {
  const bytes = await gather(source);
  if (bytes.length === 0) return new dto();
  checkStrictly(bytes);
  return validBody(bytes, dto);
}

async function gather(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > MAX_BYTES) {
      const details = { limit: MAX_BYTES, unit: 'bytes' };
      throw new MeshbatchError('payload_too_large', `The body may have at most ${MAX_BYTES} bytes.`, { details });
    }
    // The source may write over it.
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

/** What a parser would let pass: a key twice, or more levels than a create may have. */
function checkStrictly(bytes: Buffer): void {
  try {
    new StrictScanner(MAX_DEPTH).scanWhole(bytes, 0, bytes.length, 0);
  } catch (error) {
    throw new ValidationFailedError([readFault(error, MAX_BYTES)]);
  }
  const key = duplicateKey(objectFields(bytes) ?? []);
  if (key === null) return;
  throw new ValidationFailedError([
    { loc: ['body', key], msg: 'The key occurs more than once', type: 'duplicate_key' },
  ]);
}
