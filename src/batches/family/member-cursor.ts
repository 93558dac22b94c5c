import { Byte } from '../../common/jsonl/json-bytes';
import { MAX_LINE_BYTES } from '../../common/jsonl/limits';
import { readLineGroups } from '../../common/jsonl/read-lines';
import { BLOCK_ITEMS, type ResultsIndex } from '../../files/results-index';
import type { SegmentReader } from '../../files/segment-reader';
import type { EndedPart } from '../results-pages';

const LINE_FEED = Buffer.from([Byte.LINE_FEED]);

/** Where the reading of a part is. */
interface Reading {
  readonly part: EndedPart;
  readonly index: ResultsIndex;
  readonly groups: AsyncGenerator<Buffer[]>;
  /** The lines in hand, and the index in the part of the first of them. */
  lines: readonly Buffer[];
  first: number;
  /** Bytes of the part's results up to where they were read. */
  position: number;
}

/** The entries of one member of a family, of which some are taken one by one, in order. Holds a piece of its results and no connection. */
export class MemberCursor {
  private reading: Reading | null = null;

  constructor(
    private readonly reader: SegmentReader,
    private readonly parts: readonly EndedPart[],
  ) {}

  /** The entry of a request, with its line feed; requests are asked for in growing order, by their index in the member. */
  async take(line: number): Promise<Buffer> {
    const reading = await this.readingOf(line);
    const own = line - reading.part.firstItem;
    while (own >= reading.first + reading.lines.length) await advance(reading);
    const entry = reading.lines[own - reading.first];
    if (!entry) throw new Error(`The entry ${own} of ${reading.part.id} was read past`);
    // A copy, since an entry would keep all that was read with it in memory.
    return Buffer.concat([entry, LINE_FEED]);
  }

  /** What lies between is read over, or left out where none of it was read yet. */
  private async readingOf(line: number): Promise<Reading> {
    const { reading } = this;
    if (reading && line < reading.part.firstItem + reading.part.itemCount) {
      const block = Math.floor((line - reading.part.firstItem) / BLOCK_ITEMS);
      if (reading.index.offsetOf('all', block) <= reading.position) return reading;
      return (this.reading = this.begin(reading.part, reading.index, block));
    }
    const part = this.parts.find(({ firstItem, itemCount }) => line >= firstItem && line < firstItem + itemCount);
    if (!part) throw new Error(`No part has the entry ${line}`);
    const index = await this.reader.readIndex(part.results.indexKey);
    return (this.reading = this.begin(part, index, Math.floor((line - part.firstItem) / BLOCK_ITEMS)));
  }

  private begin(part: EndedPart, index: ResultsIndex, block: number): Reading {
    const position = index.offsetOf('all', block);
    const groups = readLineGroups(this.pieces(part, position), { maxLineBytes: MAX_LINE_BYTES });
    return { part, index, groups, lines: [], first: block * BLOCK_ITEMS, position };
  }

  private async *pieces(part: EndedPart, start: number): AsyncGenerator<Buffer> {
    for await (const piece of this.reader.readPieces(part.results, start)) {
      if (this.reading?.part === part) this.reading.position += piece.length;
      yield piece;
    }
  }
}

async function advance(reading: Reading): Promise<void> {
  const next = await reading.groups.next();
  if (next.done) throw new Error(`Results of ${reading.part.id} lack an entry`);
  reading.first += reading.lines.length;
  reading.lines = next.value;
}
