const MIB = 1024 * 1024;

/** Of every part but the last. S3 takes 10,000 parts of an object. */
export const PART_BYTES = 8 * MIB;
/** What a small blob costs in memory. */
const FIRST_BYTES = MIB / 16;

/** A run of an object's bytes, in a buffer that nobody else writes to. */
interface Part {
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

/** Cuts `source` into parts of {@link PART_BYTES}, at least one and only the last one shorter. Copies, so a chunk may be reused. */
export async function* partsOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Part> {
  let part: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  let filled = 0;
  for await (const chunk of source) {
    for (let taken = 0; taken < chunk.length;) {
      if (filled === PART_BYTES) {
        yield { bytes: part, isLast: false };
        [part, filled] = [Buffer.allocUnsafe(PART_BYTES), 0];
      }
      if (filled === part.length) part = grown(part);
      const end = Math.min(chunk.length, taken + part.length - filled);
      part.set(chunk.subarray(taken, end), filled);
      filled += end - taken;
      taken = end;
    }
  }
  yield { bytes: part.subarray(0, filled), isLast: true };
}

function grown(part: Buffer): Buffer {
  const larger = Buffer.allocUnsafe(part.length * 2);
  larger.set(part);
  return larger;
}
