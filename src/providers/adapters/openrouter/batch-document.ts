import { EnvelopeSplitter } from '../../../common/jsonl/envelope-splitter';
import {
  DuplicateKeyError,
  JsonSyntaxError,
  NestingTooDeepError,
  ValueTooLargeError,
} from '../../../common/jsonl/json-errors';
import { MAX_LINE_BYTES } from '../../../common/jsonl/limits';
import { singleLine } from '../../../common/jsonl/replace-value';
import { IncompleteDownloadError } from '../../contract/adapter';

const RESULTS = 'results';
const FIELDS = ['id', 'status', 'created_at', 'endpoint', 'request_counts', 'usage', 'error'] as const;
/** What is needed of a batch whose results are there: it has an end, and its error is null. */
const ENOUGH = ['id', 'status', 'created_at', 'request_counts'] as const;
const MAX_FIELD_BYTES = 1024 * 1024;
/** Arrays and objects that may be open at once; what a model answers may be nested deeper than what it was asked. */
const MAX_DEPTH = 10_000;
const JSON_ERRORS = [JsonSyntaxError, DuplicateKeyError, ValueTooLargeError, NestingTooDeepError];

/** The document of one batch, read as it comes: hundreds of megabytes, of which one row at a time is held. */
export class BatchDocument {
  /** The small fields that were read so far. */
  readonly fields: Partial<Record<(typeof FIELDS)[number], unknown>> = {};
  /** Whether the document has results, which are null while the batch runs and where it gives none. */
  hasResults = false;

  /**
   * Reads the document and hands out the rows of its results, each on one line.
   * @throws IncompleteDownloadError when the document is cut short or is no such document
   */
  async *rows(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const splitter = new EnvelopeSplitter({
      arrayKey: RESULTS,
      captureKeys: FIELDS,
      maxItemBytes: MAX_LINE_BYTES,
      maxFieldBytes: MAX_FIELD_BYTES,
      maxDepth: MAX_DEPTH,
    });
    try {
      for await (const chunk of source) yield* this.take(splitter.push(chunk));
      yield* this.take(splitter.end());
    } catch (error) {
      if (!JSON_ERRORS.some((kind) => error instanceof kind)) throw error;
      throw new IncompleteDownloadError('The document of the batch is not whole', { cause: error });
    }
  }

  /** Whether the fields tell all that a batch with results can be asked, wherever in the document the results stand. */
  get isTold(): boolean {
    return ENOUGH.every((key) => key in this.fields);
  }

  private *take(events: ReturnType<EnvelopeSplitter['push']>): Generator<Buffer> {
    for (const event of events) {
      if (event.type === 'item') yield singleLine(event.bytes);
      else if (event.type === 'array_end') this.hasResults = true;
      else if (event.type === 'field') this.note(event.key, event.bytes);
    }
  }

  private note(key: string, bytes: Buffer): void {
    const known = FIELDS.find((field) => field === key);
    if (known) this.fields[known] = JSON.parse(bytes.toString('utf8'));
  }
}
