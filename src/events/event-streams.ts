import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { BatchesStore, type BatchProgressFacts } from '../batches/batches.store';
import type { BatchEntity } from '../batches/batch.entity';
import { BusyError } from '../common/busy-error';
import { Clock } from '../common/clock';
import { Places } from '../common/places';
import { SafeLogger } from '../common/safe-logger';
import { takeOver, type PlatformResponse } from '../http/platform';
import { isClosed, whenClosed } from '../http/when-closed';
import { Metrics } from '../metrics/metrics';
import { Wake } from '../queue/wake';
import { BatchChanges } from './batch-changes';
import { EventStream } from './event-stream';
import { EVENTS_OPTIONS, type EventsModuleOptions } from './events.options';

/** Each holds a connection, which is idle most of the time. */
export const DEFAULT_MAX_EVENT_STREAMS = 1024;
/** How often counts are read, and changes that nobody told of. */
const READ_EVERY_MS = 1000;
const GAUGES = {
  open: { name: 'meshbatch_event_streams_open', help: 'Streams of events that are open' },
  limit: { name: 'meshbatch_event_streams_limit', help: 'Streams of events that may be open at once' },
};

/**
 * The open streams of this process, only so many at once, and of one owner at most half of them. All batches that are watched are
 * read by one query, when one of them changes and once a second; nothing is read while nobody watches.
 */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  private readonly logger = new SafeLogger(EventStreams.name);
  private readonly watched = new Map<string, Set<EventStream>>();
  private readonly places: Places;
  private readonly wake: Wake;
  private readonly refusals: Counter;
  private readonly sent: Counter;
  private readonly drops: Counter;
  private runs = false;
  private stopped = false;
  private done: Promise<void> = Promise.resolve();

  constructor(
    @Inject(EVENTS_OPTIONS) { maxEventStreams: limit = DEFAULT_MAX_EVENT_STREAMS }: EventsModuleOptions,
    private readonly store: BatchesStore,
    private readonly changes: BatchChanges,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.places = new Places(limit, Math.ceil(limit / 2));
    this.wake = new Wake(clock);
    this.refusals = metrics.counter({
      name: 'meshbatch_event_streams_refused_total',
      help: 'Streams of events that were not opened since as many were open as may be',
    });
    this.sent = metrics.counter({ name: 'meshbatch_events_sent_total', help: 'Events that were sent to clients' });
    this.drops = metrics.counter({
      name: 'meshbatch_event_streams_dropped_total',
      help: 'Streams of events whose client did not read what it was sent',
    });
    metrics.readAtScrape('event_streams', GAUGES, () => ({
      open: [{ value: this.places.taken }],
      limit: [{ value: limit }],
    }));
  }

  /**
   * Answers with what the client has missed of a batch, and with what happens to it from then on. Returns once the answer has begun;
   * throws {@link BusyError} when too many are open.
   * @param lastId the event that the client had last
   */
  open(batch: BatchEntity, lastId: number, response: PlatformResponse): void {
    if (this.stopped || !this.places.hasRoomFor(batch.ownerId)) {
      this.refusals.inc();
      throw new BusyError('Too many streams of events are open');
    }
    const answer = takeOver(response);
    if (isClosed(answer)) return;
    const told = { sent: (events: number) => this.sent.inc(events), dropped: () => this.drops.inc() };
    const stream = new EventStream(answer, lastId, told, this.clock);
    this.places.take(batch.ownerId);
    this.add(batch.id, stream);
    whenClosed(answer, () => {
      this.remove(batch.id, stream);
      this.places.free(batch.ownerId);
    });
    stream.begin();
    stream.tell(batch);
    this.follow();
  }

  /** Before the server waits for its connections to end: clients come back to another process. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    for (const [, stream] of this.all()) stream.end();
    this.wake.now();
    await this.done;
  }

  private add(batchId: string, stream: EventStream): void {
    const streams = this.watched.get(batchId) ?? new Set();
    this.watched.set(batchId, streams.add(stream));
  }

  private remove(batchId: string, stream: EventStream): void {
    const streams = this.watched.get(batchId);
    streams?.delete(stream);
    if (streams?.size === 0) this.watched.delete(batchId);
  }

  private all(): [string, EventStream][] {
    return [...this.watched].flatMap(([id, streams]) =>
      [...streams].map((stream): [string, EventStream] => [id, stream]),
    );
  }

  private follow(): void {
    // What happened between the look at the row and now was told to nobody.
    this.wake.now();
    if (this.runs) return;
    this.runs = true;
    this.changes.hear((batchId) => {
      if (this.watched.has(batchId)) this.wake.now();
    });
    this.done = this.readOnAndOn();
  }

  private async readOnAndOn(): Promise<void> {
    while (this.watched.size > 0 && !this.stopped) {
      await this.wake.sleep(READ_EVERY_MS);
      if (!this.stopped)
        await this.read().catch((error: unknown) =>
          this.logger.warn({ err: error }, 'Could not read the batches that are watched'),
        );
      for (const [, stream] of this.all()) stream.beat();
    }
    this.runs = false;
  }

  private async read(): Promise<void> {
    // One that is opened meanwhile has seen a later row than this query may.
    const streams = this.all();
    if (streams.length === 0) return;
    const batches = await this.store.listProgress([...this.watched.keys()]);
    const rows = new Map<string, BatchProgressFacts>(batches.map((batch) => [batch.id, batch]));
    for (const [batchId, stream] of streams) stream.tell(rows.get(batchId) ?? null);
  }
}
