import { LineTooLongError, readLines } from '../../../common/jsonl/read-lines';
import { UsageError } from '../exit-code';
import { MAX_ITEM_BYTES, parseItem, type InputItem } from './input-item';

/** The items of JSON lines; lines of white space are skipped. Throws {@link UsageError} for a line that is none. */
export async function* readJsonLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<InputItem> {
  let line = 0;
  try {
    for await (const json of readLines(source, { maxLineBytes: MAX_ITEM_BYTES, keepsEmpty: true })) {
      line++;
      if (json.toString('latin1').trim() === '') continue;
      yield { value: parseItem(json, `line ${line}`), json, line };
    }
  } catch (error) {
    if (error instanceof LineTooLongError) throw new UsageError(`${error.message}.`);
    throw error;
  }
}
