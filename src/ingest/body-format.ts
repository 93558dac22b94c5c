import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { EnvelopeReader, LEVELS_AROUND_ITEM } from '../common/jsonl/envelope-reader';
import type { ItemsReader, ItemsSink } from '../common/jsonl/items-reader';
import { LinesReader } from '../common/jsonl/lines-reader';
import { rawQuery } from '../http/raw-query';
import { METADATA_MAX_BYTES } from './dto/create-batch-request.dto';
import { UnsupportedMediaTypeError } from './ingest.errors';

export const MAX_ITEM_BYTES = 64 * 1024 * 1024;
/** Arrays and objects that may be open at once in a body, its own included. */
export const MAX_DEPTH = 512;
/** White space and escapes may make the text longer than the value that the limit is about. */
const MAX_FIELD_BYTES = 8 * METADATA_MAX_BYTES;
const [JSON_TYPE, LINES_TYPE] = [/^application\/json\s*(;|$)/i, /^application\/(x-ndjson|jsonl|x-jsonlines)\s*(;|$)/i];
const ITEM = { maxItemBytes: MAX_ITEM_BYTES, nestedKey: 'body' };
/** An item in lines has no document around it. */
export const LINES_OPTIONS = { ...ITEM, maxDepth: MAX_DEPTH - LEVELS_AROUND_ITEM };
/** The members of a body beside its requests. */
const FIELDS = ['completion_window', 'metadata', 'input_file_id', 'endpoint', 'output_expires_after'];

/** A value that came beside the body, and where it was: `["query","metadata"]`. */
export interface GivenValue {
  /** Null for one that was given more than once. */
  readonly text: string | null;
  readonly loc: readonly string[];
}

/** How a body is written: as one JSON document, or as JSON lines whose other fields come beside them. */
export type BodyFormat =
  | { readonly kind: 'json' }
  | {
      readonly kind: 'lines';
      readonly completionWindow: GivenValue | null;
      /** JSON. */
      readonly metadata: GivenValue | null;
    };

/** Whether the headers say that the body is one JSON document. */
export function isJson(request: IncomingMessage): boolean {
  return JSON_TYPE.test(request.headers['content-type'] ?? '');
}

/** The format that the headers name. @throws UnsupportedMediaTypeError */
export function formatOf(request: IncomingMessage): BodyFormat {
  if (isJson(request)) return { kind: 'json' };
  if (!LINES_TYPE.test(request.headers['content-type'] ?? '')) throw new UnsupportedMediaTypeError();
  return {
    kind: 'lines',
    completionWindow: givenBeside(request, 'completion_window', 'x-completion-window'),
    metadata: givenBeside(request, 'metadata', 'x-metadata'),
  };
}

export function readerOf({ kind }: BodyFormat, sink: ItemsSink): ItemsReader {
  if (kind === 'lines') return new LinesReader(LINES_OPTIONS, sink);
  const keys = { arrayKey: 'requests', captureKeys: FIELDS };
  return new EnvelopeReader({ ...ITEM, ...keys, maxFieldBytes: MAX_FIELD_BYTES, maxDepth: MAX_DEPTH }, sink);
}

/** In the query or, where it is not, in a header. */
function givenBeside(request: IncomingMessage, key: string, header: string): GivenValue | null {
  const inQuery = rawQuery(request)[key];
  if (inQuery !== undefined) return { text: Array.isArray(inQuery) ? null : inQuery, loc: ['query', key] };
  const inHeader = request.headersDistinct[header];
  if (!inHeader?.[0]) return null;
  return { text: inHeader.length > 1 ? null : headerText(inHeader[0]), loc: ['header', header] };
}

/** Node reads headers as Latin-1; a client that writes UTF-8 means its letters. */
function headerText(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : latin1;
}
