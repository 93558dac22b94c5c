/** What happened in a run, in its order. */
export interface HistoryEntry {
  /** Since the run began. */
  readonly atMs: number;
  readonly what: string;
  readonly detail: unknown;
}

/** Writes down what is done to a cluster, to find the cause of a violation afterwards. */
export class History {
  readonly entries: HistoryEntry[] = [];
  private readonly begunAt = Date.now();

  note(what: string, detail: unknown): void {
    this.entries.push({ atMs: this.now(), what, detail });
  }

  /** Milliseconds since the run began. */
  now(): number {
    return Date.now() - this.begunAt;
  }
}
