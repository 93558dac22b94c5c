import { EnvelopeReader } from '../../../common/jsonl/envelope-reader';
import { Byte, skipWhiteSpace } from '../../../common/jsonl/json-bytes';
import {
  DuplicateKeyError,
  JsonSyntaxError,
  NestingTooDeepError,
  ValueTooLargeError,
} from '../../../common/jsonl/json-errors';
import { singleLine } from '../../../common/jsonl/replace-value';
import { UsageError } from '../exit-code';
import { MAX_ITEM_BYTES, parseItem, placeOf, type InputItem } from './input-item';

/** The service takes 512 levels, and metadata of 64 KiB, which white space and escapes make longer. */
const LIMITS = { maxItemBytes: MAX_ITEM_BYTES, maxFieldBytes: 512 * 1024, maxDepth: 512 };
const [BEFORE_ARRAY, AFTER_ARRAY] = [Buffer.from('{"requests":'), Buffer.from('}')];
const FAULTS = [JsonSyntaxError, DuplicateKeyError, NestingTooDeepError, ValueTooLargeError];

/** What a document says beside its requests, as JSON by key. */
export type DocumentFields = Map<string, Buffer>;

/**
 * The items of `{"requests": […]}`, or of an array alone; its `completion_window` and `metadata` go into `fields`, and are there once
 * the items have ended. A document is never held, only a chunk's items. Throws {@link UsageError} for one that is neither.
 */
export async function* readJsonDocument(
  source: AsyncIterable<Uint8Array>,
  fields: DocumentFields,
): AsyncGenerator<InputItem> {
  const found: InputItem[] = [];
  let hasItems = false;
  const reader = new EnvelopeReader(
    { ...LIMITS, arrayKey: 'requests', captureKeys: ['completion_window', 'metadata'] },
    {
      item: (bytes, start, end, index) => {
        const json = singleLine(bytes.subarray(start, end));
        found.push({ value: parseItem(json, placeOf(null, index)), json, line: null });
      },
      field: (key, bytes) => fields.set(key, bytes),
      itemsEnd: () => (hasItems = true),
      notObject: () => undefined,
    },
  );
  const read = (step: () => void) => {
    try {
      step();
    } catch (error) {
      if (!FAULTS.some((kind) => error instanceof kind)) throw error;
      throw new UsageError(
        `The input is no JSON document: ${(error as Error).message}. JSON lines take --format jsonl.`,
      );
    }
    return found.splice(0);
  };
  for await (const chunk of asObject(source)) yield* read(() => reader.push(chunk));
  yield* read(() => reader.end());
  if (!hasItems) throw new UsageError('The input has no list of requests.');
}

/** An array alone is read as the document that it stands for. */
async function* asObject(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let isArray: boolean | null = null;
  for await (const part of source) {
    const chunk = Buffer.from(part);
    const start = skipWhiteSpace(chunk, 0);
    if (isArray === null && start < chunk.length) {
      isArray = chunk[start] === Byte.OPEN_BRACKET;
      if (isArray) yield BEFORE_ARRAY;
    }
    yield chunk;
  }
  if (isArray) yield AFTER_ARRAY;
}
