import { UsageError } from '../exit-code';
import { readCsvRows } from './csv-rows';
import { formatByBeginning, formatByName, type InputFormat } from './input-format';
import { placeOf, type InputItem } from './input-item';
import { readJsonDocument, type DocumentFields } from './json-document';
import { readJsonLines } from './json-lines';
import { openInput } from './open-input';
import { RowRequests, type RowOptions } from './row-request';

const OPEN_BRACE = Buffer.from('{');

/** How an input is read. */
export interface InputOptions {
  /** `-` is standard input. */
  readonly path: string;
  /** Null to look into it. */
  readonly format: InputFormat | null;
  /** Makes requests of rows; null when the input is requests. */
  readonly rows: RowOptions | null;
  /** The endpoint of requests that name none, such as `/v1/embeddings`. */
  readonly url?: string | undefined;
  /** Of a table; a comma, or a tab for `tsv`, when left out. */
  readonly delimiter?: string | undefined;
}

/** A request as it is sent. */
export interface ReadRequest {
  readonly json: Buffer;
  /** Its line in the input, from 1; null in a document. */
  readonly line: number | null;
}

/**
 * The requests of an input, one at a time; what a document says beside them goes into `fields`.
 * Throws {@link UsageError} with the line for what is none.
 */
export async function* readRequests(
  options: InputOptions,
  fields: DocumentFields,
  signal: AbortSignal,
): AsyncGenerator<ReadRequest> {
  const { path, url, rows } = options;
  const { beginning, bytes } = await openInput(path, signal);
  const format = options.format ?? formatByName(path) ?? formatByBeginning(beginning);
  const isTable = format === 'csv' || format === 'tsv';
  if (isTable && rows === null) {
    throw new UsageError("A table needs --model and --prompt, such as --prompt 'Translate {{text}} into French'.");
  }
  const rowRequests = rows && new RowRequests(rows);
  let index = 0;
  for await (const item of itemsOf(format, bytes, options, fields)) {
    const place = placeOf(item.line, index);
    const json = rowRequests ? Buffer.from(rowRequests.of(item.value, index, place)) : requestOf(item, place, url);
    index++;
    yield { json, line: item.line };
  }
}

function itemsOf(
  format: InputFormat,
  bytes: AsyncIterable<Uint8Array>,
  { delimiter }: InputOptions,
  fields: DocumentFields,
): AsyncIterable<InputItem> {
  if (format === 'json') return readJsonDocument(bytes, fields);
  if (format === 'jsonl') return readJsonLines(bytes);
  return readCsvRows(bytes, delimiter ?? (format === 'tsv' ? '\t' : ','));
}

/** A request is sent as it is; the service judges it. */
function requestOf({ value, json }: InputItem, place: string, url: string | undefined): Buffer {
  if (json === null || !Object.hasOwn(value, 'body')) {
    throw new UsageError(
      `What is in ${place} is no request: it has no "body". For rows of data give --model and --prompt.`,
    );
  }
  if (url === undefined || Object.hasOwn(value, 'url')) return json;
  const members = json.subarray(json.indexOf(OPEN_BRACE) + OPEN_BRACE.length);
  return Buffer.concat([Buffer.from(`{"url":${JSON.stringify(url)},`), members]);
}
