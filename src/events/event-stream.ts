import type { ServerResponse } from 'node:http';
import type { BatchProgressFacts } from '../batches/batches.store';
import type { Clock } from '../common/clock';
import { isClosed } from '../http/when-closed';
import { isOver, reachedAfter } from './batch-history';
import { countsEvent, HEARTBEAT, RETRY, statusEvent } from './event-format';

/** Proxies commonly cut what is silent for a minute. */
const HEARTBEAT_MS = 15_000;
/** Then its client comes back, with a key that is looked up anew. */
const LONGEST_MS = 3_600_000;

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  // Nginx would hold events back.
  'X-Accel-Buffering': 'no',
};

/** What becomes of a stream, for whoever counts. */
export interface StreamCounts {
  sent(events: number): void;
  dropped(): void;
}

/** The events of one batch on their way to one client. Of what the client does not read no more is kept than a socket's buffer. */
export class EventStream {
  private readonly openedAt: number;
  private spokeAt: number;
  private endedAt: number | null = null;
  private counts = '';

  /** @param lastId the event that the client had last */
  constructor(
    private readonly answer: ServerResponse,
    private lastId: number,
    private readonly told: StreamCounts,
    private readonly clock: Clock,
  ) {
    this.openedAt = this.spokeAt = clock.now();
  }

  /** Begins the answer. */
  begin(): void {
    this.answer.writeHead(200, HEADERS);
    if (this.answer.req.method === 'HEAD') this.end();
    else this.write(RETRY);
  }

  /** Tells what is new of the batch, and ends with it; null for a batch that is no more. */
  tell(batch: BatchProgressFacts | null): void {
    if (!batch) return this.end();
    const reached = reachedAfter(this.lastId, batch);
    const events = reached.map((status) => statusEvent(batch, status));
    const counts = `${batch.completed}/${batch.failed}`;
    if (events.length === 0 && counts !== this.counts) events.push(countsEvent(batch, this.clock.now()));
    this.counts = counts;
    this.lastId = reached.at(-1)?.id ?? this.lastId;
    if (events.length > 0 && this.write(events.join(''))) this.told.sent(events.length);
    if (isOver(this.lastId, batch)) this.end();
  }

  /** Shows that it lives, when it has been silent for long, and ends when it has been open for long; is cut when its end has not been read for long. */
  beat(): void {
    const now = this.clock.now();
    if (this.endedAt !== null) {
      if (now - this.endedAt >= HEARTBEAT_MS) this.cut();
      return;
    }
    if (now - this.openedAt >= LONGEST_MS) return this.end();
    if (now - this.spokeAt >= HEARTBEAT_MS) this.write(HEARTBEAT);
  }

  /** Ends the answer, which its client takes for a reason to come back. One that is not read would never end. */
  end(): void {
    if (this.answer.writableNeedDrain) this.cut();
    else this.answer.end();
    this.endedAt ??= this.clock.now();
  }

  /** Whether it went out: a client that has not read what it was sent before is dropped. */
  private write(text: string): boolean {
    if (isClosed(this.answer) || this.answer.writableEnded) return false;
    if (this.answer.writableNeedDrain) {
      this.cut();
      this.told.dropped();
      return false;
    }
    this.answer.write(text);
    this.spokeAt = this.clock.now();
    return true;
  }

  /** Its connection, since an answer that waits there for the one before it cannot end anything. */
  private cut(): void {
    this.answer.req.socket.destroy();
  }
}
