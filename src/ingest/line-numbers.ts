/** Which line of a file, counted from 1, each of its items stands in; of a file without blank lines it keeps nothing. */
export class LineNumbers {
  /** The indexes from which on more lines were skipped than before, and the lines they stand in. */
  private readonly indexes: number[] = [];
  private readonly lines: number[] = [];
  private skipped = 0;

  note(index: number, line: number): void {
    const skipped = line - index - 1;
    if (skipped === this.skipped) return;
    this.skipped = skipped;
    this.indexes.push(index);
    this.lines.push(line);
  }

  lineOf(index: number): number {
    let at = this.indexes.length - 1;
    while (at >= 0 && this.indexes[at]! > index) at--;
    return at < 0 ? index + 1 : this.lines[at]! + index - this.indexes[at]!;
  }
}
