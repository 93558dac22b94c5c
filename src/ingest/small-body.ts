import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Type } from '@nestjs/common';
import { validate } from 'class-validator';
import { duplicateKey, objectFields } from '../common/jsonl/object-fields';
import { StrictScanner } from '../common/jsonl/strict-scanner';
import { toFaults } from '../http/faults';
import { MeshbatchError, ValidationFailedError } from '../http/meshbatch-error';
import { isJson, MAX_DEPTH } from './body-format';
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
 * Reads a body of JSON as an instance of a decorated DTO class; no body stands for `{}`. Other fields than `fields` are ignored.
 * Throws {@link ValidationFailedError}, or 413 above 1 MiB.
 */
export async function readSmallBody<T extends object>(
  source: AsyncIterable<Buffer>,
  dto: Type<T>,
  fields: readonly (keyof T & string)[],
): Promise<T> {
  const object = parseObject(await gather(source));
  const instance = new dto();
  for (const field of fields) if (Object.hasOwn(object, field)) Object.assign(instance, { [field]: object[field] });
  const errors = await validate(instance, { forbidUnknownValues: false });
  if (errors.length > 0) throw new ValidationFailedError(toFaults(errors, ['body']));
  return instance;
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

function parseObject(bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) return {};
  try {
    new StrictScanner(MAX_DEPTH).scanWhole(bytes, 0, bytes.length, 0);
  } catch (error) {
    throw new ValidationFailedError([readFault(error, MAX_BYTES)]);
  }
  const fields = objectFields(bytes);
  if (!isUtf8(bytes)) refuse('Input should be valid UTF-8', 'string_unicode');
  if (fields === null) refuse('Input should be an object', 'dict_type');
  const key = duplicateKey(fields);
  if (key !== null) refuse('The key occurs more than once', 'duplicate_key', key);
  return JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
}

function refuse(msg: string, type: string, key?: string): never {
  throw new ValidationFailedError([{ loc: key === undefined ? ['body'] : ['body', key], msg, type }]);
}
