import { createParser, type EventSourceParser } from 'eventsource-parser';

/** The data of an event. */
export interface BatchEventBody {
  readonly id: string;
  readonly status: string;
  readonly at: number;
  readonly request_counts: { readonly total: number; readonly completed: number; readonly failed: number };
}

/** An event as a client of the standard reads it. */
export interface ReadEvent {
  /** Null for one that carries none. */
  readonly id: string | null;
  readonly data: BatchEventBody;
}

const WAIT_MS = 20_000;
const TERMINAL = ['completed', 'failed', 'expired', 'cancelled'];

/** A client of a stream of events, which reads by a parser of others. */
export class EventReader {
  readonly events: ReadEvent[] = [];
  readonly comments: string[] = [];
  retryMs: number | null = null;
  /** Whether the server ended the stream, and not a broken connection. */
  endedWell = false;
  /** Resolves when the stream is over, however it ended. */
  readonly over: Promise<void>;
  private waiting: (() => void)[] = [];
  private isOver = false;

  private constructor(
    readonly response: Response,
    private readonly gone: AbortController,
  ) {
    const parser = createParser({
      onEvent: ({ id, data }) => void this.events.push({ id: id ?? null, data: JSON.parse(data) as BatchEventBody }),
      onComment: (comment) => void this.comments.push(comment),
      onRetry: (ms) => void (this.retryMs = ms),
      onError: (error) => {
        throw error;
      },
    });
    this.over = this.read(parser).finally(() => {
      this.isOver = true;
      this.wake();
    });
  }

  /** Opens the stream at an address; resolves once the answer has begun. */
  static async open(url: string, headers: Record<string, string>): Promise<EventReader> {
    const gone = new AbortController();
    return new EventReader(await fetch(url, { headers, signal: gone.signal }), gone);
  }

  /** Opens a stream of a service's by a key of its own. */
  static ofBatch(
    base: string,
    key: string,
    batchId: string,
    { lastId, query = '' }: { readonly lastId?: string; readonly query?: string } = {},
  ): Promise<EventReader> {
    const authorization = `Bearer ${key}`;
    const headers = { authorization, ...(lastId !== undefined && { 'last-event-id': lastId }) };
    return EventReader.open(`${base}/v1/batches/${batchId}/events${query}`, headers);
  }

  /** The id that a client sends when it comes back. */
  get lastId(): string | null {
    return this.events.findLast(({ id }) => id !== null)?.id ?? null;
  }

  /** The statuses that were told, each with its id. */
  get told(): string[] {
    return this.events.flatMap(({ id, data }) => (id === null ? [] : [`${id} ${data.status}`]));
  }

  /** Resolves to the first event that fits, of those before too; fails when the stream ends without one. */
  async until(what: string, fits: (event: ReadEvent) => boolean): Promise<ReadEvent> {
    const deadline = AbortSignal.timeout(WAIT_MS);
    for (;;) {
      const found = this.events.find(fits);
      if (found) return found;
      if (this.isOver || deadline.aborted) throw new Error(`No event of ${what}: ${JSON.stringify(this.events)}`);
      await new Promise<void>((done) => {
        this.waiting.push(done);
        deadline.addEventListener('abort', () => done(), { once: true });
      });
    }
  }

  status(status: string): Promise<ReadEvent> {
    return this.until(status, ({ id, data }) => id !== null && data.status === status);
  }

  /** Resolves once the server has ended the stream after a last status. */
  async toTheEnd(): Promise<ReadEvent> {
    const last = await this.until('the end', ({ data }) => TERMINAL.includes(data.status));
    await this.over;
    return last;
  }

  /** Goes away, as a closed page does. */
  async close(): Promise<void> {
    this.gone.abort();
    await this.over;
  }

  private async read(parser: EventSourceParser): Promise<void> {
    const text = new TextDecoder();
    try {
      for await (const chunk of this.response.body ?? []) {
        parser.feed(text.decode(chunk as Uint8Array, { stream: true }));
        this.wake();
      }
      this.endedWell = true;
    } catch {
      // Cut: by this client, or since the server is no more.
    }
  }

  private wake(): void {
    for (const done of this.waiting.splice(0)) done();
  }
}
