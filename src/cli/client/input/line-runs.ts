interface Run {
  readonly index: number;
  readonly line: number;
}

/** In which line of its input each item is. Only where lines do not follow one another is anything kept. */
export class LineRuns {
  private readonly runs: Run[] = [];

  /** Notes the next item, whose index is one more than the last's. */
  add(index: number, line: number): void {
    const last = this.runs.at(-1);
    if (last === undefined || line - last.line !== index - last.index) this.runs.push({ index, line });
  }

  /** The line of an item; null for one of a document. */
  lineOf(index: number): number | null {
    const run = this.runs.findLast((one) => one.index <= index);
    return run === undefined ? null : run.line + (index - run.index);
  }
}
