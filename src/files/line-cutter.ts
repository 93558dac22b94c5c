import { Byte } from '../common/jsonl/json-bytes';
import { LineRuns } from './line-runs';
import { BLOCK_ITEMS, type ResultsIndex, type ResultsView } from './results-index';

/** Bytes worth reading past: a second read of a blob costs more than to skip them. */
const GAP_BYTES = 1024 * 1024;

/** Of a results file, what a view shows of the lines `from` to `to`, which does not count. */
export interface LineSelection {
  readonly view: ResultsView;
  readonly from: number;
  readonly to: number;
}

/** A run of whole blocks, as bytes of the file; `end` does not count, and is infinite where the last block is in it. */
export interface BlockSpan {
  readonly block: number;
  readonly start: number;
  readonly end: number;
}

/** What has to be read of a results file for a selection; blocks of which nothing is wanted are left out where that pays. */
export function* spansOf(index: ResultsIndex, selection: LineSelection): Generator<BlockSpan> {
  let span: BlockSpan | undefined;
  const next = Math.min(index.blocks, Math.ceil(selection.to / BLOCK_ITEMS));
  for (let block = Math.floor(selection.from / BLOCK_ITEMS); block < next; block++) {
    if (wantedOf(index, selection, block) === 'nothing') continue;
    const [start, end] = [index.offsetOf('all', block), index.offsetOf('all', block + 1)];
    if (span && start - span.end < GAP_BYTES) {
      span = { block: span.block, start: span.start, end };
      continue;
    }
    if (span) yield span;
    span = { block, start, end };
  }
  if (span) yield span;
}

function wantedOf(
  index: ResultsIndex,
  { view, from, to }: LineSelection,
  block: number,
): 'all' | 'nothing' | 'some lines' {
  const [first, next] = [block * BLOCK_ITEMS, (block + 1) * BLOCK_ITEMS];
  const shown = index.offsetOf(view, block + 1) - index.offsetOf(view, block);
  if (next <= from || first >= to || shown === 0) return 'nothing';
  const whole = index.offsetOf('all', block + 1) - index.offsetOf('all', block);
  // The bytes of the last block are not known, so its lines are looked at one by one.
  return from <= first && next <= to && shown === whole && whole < Infinity ? 'all' : 'some lines';
}

/**
 * Cuts a selection out of a results file, chunk by chunk, from the start of a block on. Blocks that are wanted whole, or not
 * at all, are not looked into; in the others line ends are found and the index says which lines are wanted.
 */
export class LineCutter {
  private line: number;
  private position: number;

  constructor(
    private readonly index: ResultsIndex,
    private readonly selection: LineSelection,
    private block: number,
  ) {
    this.line = block * BLOCK_ITEMS;
    this.position = index.offsetOf('all', block);
  }

  /** Whether nothing that follows is wanted. */
  get done(): boolean {
    return this.line >= this.selection.to;
  }

  /** What is wanted of the next bytes of the file. */
  push(chunk: Buffer): Buffer {
    const runs = new LineRuns(chunk);
    for (let at = 0; at < chunk.length && !this.done;) {
      const blockEnd = this.index.offsetOf('all', this.block + 1);
      const end = Math.min(chunk.length, at + blockEnd - this.position);
      const wanted = wantedOf(this.index, this.selection, this.block);
      if (wanted === 'all') runs.add(at, end);
      else if (wanted === 'some lines') this.cutLines(chunk, at, end, runs);
      this.position += end - at;
      if (this.position === blockEnd) this.line = ++this.block * BLOCK_ITEMS;
      at = end;
    }
    return runs.take();
  }

  private cutLines(chunk: Buffer, start: number, end: number, runs: LineRuns): void {
    const { view, from, to } = this.selection;
    for (let at = start; at < end;) {
      const lineFeed = chunk.indexOf(Byte.LINE_FEED, at);
      const ends = lineFeed !== -1 && lineFeed < end;
      const next = ends ? lineFeed + 1 : end;
      if (this.line >= from && this.line < to && this.index.shows(view, this.line)) runs.add(at, next);
      if (ends) this.line++;
      at = next;
    }
  }
}
