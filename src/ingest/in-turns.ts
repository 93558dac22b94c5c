import { nextTurn } from '../common/next-turn';
import { PayloadTooLargeError } from './ingest.errors';

/** Read in one go, which takes less than a millisecond: meanwhile nobody else gets an answer. */
const TURN_BYTES = 64 * 1024;

/** The bytes in pieces that can be read in one go; throws {@link PayloadTooLargeError} when there are more than `maxBytes`. */
export async function* inTurns(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let received = 0;
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += TURN_BYTES) {
      // Others have waited long enough: see TURN_BYTES.
      if (received > 0) await nextTurn();
      const piece = chunk.subarray(start, start + TURN_BYTES);
      received += piece.length;
      if (received > maxBytes) throw new PayloadTooLargeError('bytes', maxBytes);
      yield piece;
    }
  }
}
