import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type Type } from '@nestjs/common';
import { getMetadataStorage, validate } from 'class-validator';
import { Clock } from '../common/clock';
import { goAhead } from './expect-continue';
import { toFaults } from './faults';
import { MeshbatchError, ValidationFailedError } from './meshbatch-error';
import { nodeRequest, nodeResponse, type PlatformRequest, type PlatformResponse } from './platform';

const JSON_TYPE = /^application\/json\s*(;|$)/i;
const MAX_BYTES = 64 * 1024;
const LONGEST_MS = 30_000;

/** Small JSON bodies, such as those that change a setting; a batch is read as it streams instead. */
@Injectable()
export class JsonBodies {
  constructor(private readonly clock: Clock) {}

  /**
   * The body as an instance of a decorated DTO class, whose fields alone it has. Refuses with 415, 413 (64 KiB), 408 (30 s) or
   * the reference's 422.
   */
  async read<T extends object>(request: PlatformRequest, response: PlatformResponse, dto: Type<T>): Promise<T> {
    return validBody(await this.bytesOf(nodeRequest(request), nodeResponse(response)), dto);
  }

  private async bytesOf(request: IncomingMessage, response: ServerResponse): Promise<Buffer> {
    checkHeaders(request);
    goAhead(request, response);
    const ended = new AbortController();
    try {
      return await Promise.race([collect(request), this.tooLate(ended.signal)]);
    } finally {
      ended.abort();
    }
  }

  private async tooLate(ended: AbortSignal): Promise<never> {
    await this.clock.sleep(LONGEST_MS, ended);
    throw new MeshbatchError('request_timeout', `The body did not arrive within ${LONGEST_MS / 1000} seconds.`);
  }
}

/** A JSON object as an instance of a decorated DTO class, whose fields alone it has; throws the reference's 422. */
export async function validBody<T extends object>(bytes: Buffer, dto: Type<T>): Promise<T> {
  const instance = toInstance(parse(bytes), dto);
  const errors = await validate(instance, { forbidUnknownValues: false });
  if (errors.length > 0) throw new ValidationFailedError(toFaults(errors, ['body']));
  return instance;
}

/** Whether the headers say that the body is one JSON document. */
export function isJson({ headers }: IncomingMessage): boolean {
  return JSON_TYPE.test(headers['content-type'] ?? '');
}

function checkHeaders(request: IncomingMessage): void {
  const { headers } = request;
  if (!isJson(request)) {
    throw new MeshbatchError('unsupported_media_type', 'The Content-Type must be application/json.');
  }
  if (headers['content-encoding'] !== undefined) {
    throw new MeshbatchError('unsupported_media_type', 'The body must have no Content-Encoding.');
  }
  if (Number(headers['content-length'] ?? 0) > MAX_BYTES) throw tooLarge();
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Left open on an early refusal: the answer still has to go out over the same connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (request.errored || request.aborted) throw new MeshbatchError('invalid_request', 'The body ended early.');
    throw error;
  }
  return Buffer.concat(chunks);
}

function tooLarge(): MeshbatchError {
  const extras = { details: { limit: MAX_BYTES, unit: 'bytes' } };
  return new MeshbatchError('payload_too_large', `The body may have at most ${MAX_BYTES} bytes.`, extras);
}

function parse(bytes: Buffer): object {
  const value = parsed(bytes);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new ValidationFailedError([{ loc: ['body'], msg: 'Input should be an object', type: 'dict_type' }]);
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new ValidationFailedError([{ loc: ['body'], msg: 'JSON decode error', type: 'json_invalid' }]);
  }
}

/** Of the body only what the class declares: a key such as `constructor` is no field of it. */
function toInstance<T extends object>(body: object, dto: Type<T>): T {
  const declared = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  const names = new Set(declared.map(({ propertyName }) => propertyName));
  return Object.assign(new dto(), Object.fromEntries(Object.entries(body).filter(([name]) => names.has(name))));
}
