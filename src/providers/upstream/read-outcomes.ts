import { MAX_LINE_BYTES } from '../../common/jsonl/limits';
import { LineTooLongError, readLineGroups } from '../../common/jsonl/read-lines';
import { IncompleteDownloadError, type ItemOutcome } from '../contract/adapter';

/** Our id in a row, under whichever name a vendor gives it. */
const ITEM_ID = /"(?:custom_id|key|batch_request_id)"\s*:\s*"([a-z0-9-]{1,64})"/;

/**
 * The outcomes in a download of rows. `toOutcome` gives null for a row that it cannot read.
 * Throws {@link IncompleteDownloadError} when the download ends in the middle of a row, or a row does not end at all.
 */
export async function* readOutcomes(
  source: AsyncIterable<Buffer>,
  toOutcome: (line: Buffer) => ItemOutcome | null,
): AsyncGenerator<ItemOutcome> {
  let whole = false;
  const onEnd = ({ endedWithNewline }: { endedWithNewline: boolean }) => (whole = endedWithNewline);
  let last: Buffer | null = null;
  for await (const lines of linesOf(source, onEnd)) {
    for (const line of lines) {
      if (last) yield toOutcome(last) ?? unreadable(last);
      last = line;
    }
  }
  if (!last) return;
  const outcome = toOutcome(last);
  // Without its newline the last line may be half a row.
  if (!outcome && !whole) throw new IncompleteDownloadError('The download ends in the middle of a row');
  yield outcome ?? unreadable(last);
}

async function* linesOf(
  source: AsyncIterable<Buffer>,
  onEnd: (info: { endedWithNewline: boolean }) => void,
): AsyncGenerator<Buffer[]> {
  try {
    yield* readLineGroups(source, { maxLineBytes: MAX_LINE_BYTES, onEnd });
  } catch (error) {
    if (!(error instanceof LineTooLongError)) throw error;
    throw new IncompleteDownloadError('The download has a row that does not end', { cause: error });
  }
}

/** The outcome of a row that cannot be read: a failure of its item, if it says which that is. */
export function unreadable(line: Buffer): ItemOutcome {
  const itemId = ITEM_ID.exec(line.toString('latin1'))?.[1] ?? '';
  const error = { code: 'provider_bad_row', message: 'The provider’s row could not be read.' };
  return { itemId, response: null, error };
}
