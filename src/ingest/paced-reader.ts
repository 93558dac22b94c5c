import type { Clock } from '../common/clock';
import { BodyPace } from './body-pace';
import type { BodyLimits } from './body-limits';
import { BodyTooSlowError } from './ingest.errors';

/** Reads a body for as long as it keeps its pace. */
export class PacedReader {
  private readonly pace: BodyPace;
  private readonly ended = new AbortController();
  private giveUp: (error: BodyTooSlowError) => void = () => undefined;
  private refusal: BodyTooSlowError | null = null;

  constructor(
    private readonly source: AsyncIterator<Buffer>,
    private readonly limits: BodyLimits,
    private readonly clock: Clock,
  ) {
    this.pace = new BodyPace(limits);
  }

  /** The bytes of the body as they come; throws {@link BodyTooSlowError}, which leaves one read of the source under way. */
  async *read(): AsyncGenerator<Buffer> {
    void this.watch();
    try {
      for (let next = await this.next(); !next.done; next = await this.next()) yield next.value;
    } finally {
      // With a reason of ours: the one that would be made otherwise costs a stack.
      this.ended.abort('ended');
      const returned = this.source.return?.();
      // After giving up it is the end of the connection that ends the last read.
      if (!this.refusal) await returned;
    }
  }

  private async next(): Promise<IteratorResult<Buffer, unknown>> {
    this.pace.waitFrom(this.clock.now());
    // Not a race with one lasting promise, which would keep something of every chunk until the body ends.
    const next = await new Promise<IteratorResult<Buffer, unknown>>((resolve, reject) => {
      this.giveUp = reject;
      this.source.next().then(resolve, reject);
    });
    if (this.refusal) throw this.refusal;
    this.pace.took(next.done ? 0 : next.value.length, this.clock.now());
    return next;
  }

  private async watch(): Promise<void> {
    const { signal } = this.ended;
    while (!signal.aborted && !this.pace.isTooSlow(this.clock.now()))
      await this.clock.sleep(this.pace.lookEveryMs, signal);
    if (signal.aborted) return;
    this.refusal = new BodyTooSlowError(this.limits);
    this.giveUp(this.refusal);
  }
}
