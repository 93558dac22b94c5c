import type { FileHandle } from 'node:fs/promises';

/** The outcomes of some neighbouring items, in memory. */
export class SpoolWindow {
  private constructor(
    private readonly first: number,
    private readonly bytes: Buffer,
    /** By item, where its tail starts in `bytes`. */
    private readonly starts: Uint32Array,
    private readonly lengths: Uint32Array,
  ) {}

  /**
   * @param first the index of the first item
   * @param offsets by item, where its tail stands in the file
   * @param lengths by item, how long its tail is; 0 for an item without an outcome
   * @param bytes memory for all of the tails
   */
  static async read(
    file: FileHandle,
    first: number,
    offsets: Float64Array,
    lengths: Uint32Array,
    bytes: Buffer,
  ): Promise<SpoolWindow> {
    const starts = new Uint32Array(lengths.length);
    let [from, filled, to] = [0, 0, 0];
    for (const item of inFileOrder(offsets, lengths)) {
      // Tails that stand side by side are read at once.
      if (offsets[item] !== from + to - filled) {
        await fill(file, bytes.subarray(filled, to), from);
        [from, filled] = [offsets[item]!, to];
      }
      starts[item] = to;
      to += lengths[item]!;
    }
    await fill(file, bytes.subarray(filled, to), from);
    return new SpoolWindow(first, bytes, starts, lengths);
  }

  /** The index behind the last item. */
  get end(): number {
    return this.first + this.lengths.length;
  }

  /** The end of the item's result line; null when it has no outcome. */
  tail(index: number): Buffer | null {
    const [start, length] = [this.starts[index - this.first]!, this.lengths[index - this.first]!];
    return length === 0 ? null : this.bytes.subarray(start, start + length);
  }
}

/** The items that have an outcome. */
function inFileOrder(offsets: Float64Array, lengths: Uint32Array): number[] {
  const items: number[] = [];
  lengths.forEach((length, item) => {
    if (length > 0) items.push(item);
  });
  return items.sort((one, other) => offsets[one]! - offsets[other]!);
}

async function fill(file: FileHandle, target: Buffer, position: number): Promise<void> {
  if (target.length === 0) return;
  const { bytesRead } = await file.read(target, 0, target.length, position);
  if (bytesRead !== target.length) throw new Error('The local copy of the results is shorter than what was written');
}
