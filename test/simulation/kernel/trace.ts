import { createHash } from 'node:crypto';

/** What happened, in order: its hash tells whether two runs were the same, and its lines how it came to its end. */
export class Trace {
  private readonly hash = createHash('sha256');
  readonly lines: string[] = [];
  private digest: string | null = null;

  /** @param keeps whether its lines are kept for people */
  constructor(private readonly keeps: boolean) {}

  add(line: string): void {
    this.hash.update(line);
    if (this.keeps) this.lines.push(line);
  }

  /** Of all that was added; nothing may be added afterwards. */
  end(): string {
    return (this.digest ??= this.hash.digest('hex'));
  }
}
