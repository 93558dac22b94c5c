import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { EnvelopeReader, LEVELS_AROUND_ITEM } from '../common/jsonl/envelope-reader';
import type { ItemsReader, ItemsSink } from '../common/jsonl/items-reader';
import { LinesReader } from '../common/jsonl/lines-reader';
import { headerValues } from '../http/header-values';
import { isJson } from '../http/json-body';
import { rawQuery } from '../http/raw-query';
import { METADATA_MAX_BYTES } from './dto/create-batch-request.dto';
import { UnsupportedMediaTypeError } from './ingest.errors';
import { BATCH_ITEMS, MESSAGE_ITEMS, type ItemForm } from './item-form';

export const MAX_ITEM_BYTES = 64 * 1024 * 1024;
/** Arrays and objects that may be open at once in a body, its own included. */
export const MAX_DEPTH = 512;
/** White space and escapes may make the text longer than the value that the limit is about. */
const MAX_FIELD_BYTES = 8 * METADATA_MAX_BYTES;
const LINES_TYPE = /^application\/(x-ndjson|jsonl|x-jsonlines)\s*(;|$)/i;
/** Items in lines have no document around them. */
export const LINES_OPTIONS = {
  maxItemBytes: MAX_ITEM_BYTES,
  nestedKey: BATCH_ITEMS.nestedKey,
  maxDepth: MAX_DEPTH - LEVELS_AROUND_ITEM,
};

/** A value that came beside the body, and where it was: `["query","metadata"]`. */
export interface GivenValue {
  /** Null for one that was given more than once. */
  readonly text: string | null;
  readonly loc: readonly string[];
}

/** How a body is written: as one JSON document, or as JSON lines whose other fields come beside them. */
export type BodyFormat =
  | {
      readonly kind: 'json';
      /** As in `POST /v1/batches` when left out. */
      readonly items?: ItemForm;
    }
  | {
      readonly kind: 'lines';
      readonly completionWindow: GivenValue | null;
      /** JSON. */
      readonly metadata: GivenValue | null;
    };

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

/** The format of a body of messages, which is one JSON document. @throws UnsupportedMediaTypeError */
export function messagesFormatOf(request: IncomingMessage): BodyFormat {
  if (isJson(request)) return { kind: 'json', items: MESSAGE_ITEMS };
  throw new UnsupportedMediaTypeError('application/json');
}

export function itemFormOf(format: BodyFormat): ItemForm {
  return (format.kind === 'json' && format.items) || BATCH_ITEMS;
}

export function readerOf(format: BodyFormat, sink: ItemsSink): ItemsReader {
  if (format.kind === 'lines') return new LinesReader(LINES_OPTIONS, sink);
  const { nestedKey, batchFields: captureKeys } = itemFormOf(format);
  const keys = { arrayKey: 'requests', nestedKey, captureKeys };
  const limits = { maxItemBytes: MAX_ITEM_BYTES, maxFieldBytes: MAX_FIELD_BYTES, maxDepth: MAX_DEPTH };
  return new EnvelopeReader({ ...keys, ...limits }, sink);
}

/** In the query or, where it is not, in a header. */
function givenBeside(request: IncomingMessage, key: string, header: string): GivenValue | null {
  const inQuery = rawQuery(request)[key];
  if (inQuery !== undefined) return { text: Array.isArray(inQuery) ? null : inQuery, loc: ['query', key] };
  const inHeader = headerValues(request, header);
  if (!inHeader[0]) return null;
  return { text: inHeader.length > 1 ? null : headerText(inHeader[0]), loc: ['header', header] };
}

/** Node reads headers as Latin-1; a client that writes UTF-8 means its letters. */
function headerText(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : latin1;
}
