import { Gauge, type GaugeConfiguration } from 'prom-client';
import type { Clock } from '../common/clock';

/** One value of a gauge that is read at the scrape. */
export interface Reading {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What one look tells, by the keys of its gauges; a gauge without a reading is left out. */
export type Readings<Key extends string> = Readonly<Record<Key, readonly Reading[]>>;

/** Prometheus itself gives up after ten seconds. */
const LONGEST_LOOK_MS = 5_000;

/** A look that fills several gauges: all of one scrape share it, and one that hangs is not begun again. */
export class ScrapeSource<Key extends string> {
  /** May outlast the scrape that began it. */
  private reading: Promise<Readings<Key>> | null = null;
  private look: Promise<Readings<Key> | null> | null = null;

  constructor(
    private readonly read: () => Readings<Key> | Promise<Readings<Key>>,
    private readonly clock: Clock,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Null when they cannot be read, which is told once. */
  readings(): Promise<Readings<Key> | null> {
    this.look ??= this.tryRead().finally(() => (this.look = null));
    return this.look;
  }

  private async tryRead(): Promise<Readings<Key> | null> {
    const read = async () => this.read();
    this.reading ??= read().finally(() => (this.reading = null));
    const ended = new AbortController();
    try {
      return await Promise.race([this.reading, this.tooLate(ended.signal)]);
    } catch (error) {
      this.onError(error);
      return null;
    } finally {
      ended.abort();
    }
  }

  private async tooLate(ended: AbortSignal): Promise<never> {
    await this.clock.sleep(LONGEST_LOOK_MS, ended);
    throw new Error(`No answer within ${LONGEST_LOOK_MS / 1000} seconds`);
  }
}

/** A gauge whose values are those of its sources at the time of the scrape. */
export class ScrapedGauge extends Gauge {
  private readonly sources = new Set<() => Promise<readonly Reading[]>>();

  constructor(declared: Omit<GaugeConfiguration<string>, 'collect'>) {
    super({ ...declared, collect: () => this.fill() });
    this.empty();
  }

  /** Adds a source, which must not throw; returns what takes it away. */
  readFrom(source: () => Promise<readonly Reading[]>): () => void {
    this.sources.add(source);
    return () => this.sources.delete(source);
  }

  private async fill(): Promise<void> {
    const readings = (await Promise.all([...this.sources].map((source) => source()))).flat();
    this.empty();
    // The largest of several with the same labels is written last.
    for (const { labels = {}, value } of readings.sort((a, b) => a.value - b.value)) this.set(labels, value);
  }

  /** Without labels, a reset gauge tells of 0. */
  private empty(): void {
    this.reset();
    this.remove({});
  }
}
