import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import {
  Counter,
  Gauge,
  Histogram,
  Registry,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
} from 'prom-client';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { METRICS_OPTIONS, type MetricsModuleOptions } from './metrics.module-definition';
import { ScrapeSource, ScrapedGauge, type Readings } from './scraped-gauge';

/** What prom-client is told of a metric; the registry is ours to name. */
export type Declared<Configuration> = Omit<Configuration, 'registers' | 'collect'>;

/**
 * Where a module declares what it counts, in its constructor, and keeps what it gets back. Names are `meshbatch_*` with the unit in
 * them; a label has few values that are known beforehand (provider, state, kind, route), never an id, an owner or what a caller wrote.
 * A name that is declared again gives the same metric, so that several applications may share a registry.
 *
 * ```ts
 * class Reconciler {
 *   private readonly repairs: Counter<'kind'>;
 *
 *   constructor(metrics: Metrics) {
 *     const labelNames = ['kind'] as const;
 *     this.repairs = metrics.counter({ name: 'meshbatch_reconciler_repairs_total', help: 'What was repaired', labelNames });
 *   }
 *
 *   // after each pass
 *   this.repairs.inc({ kind: 'lost_job' }, repaired);
 * }
 * ```
 */
@Injectable()
export class Metrics implements OnModuleDestroy {
  /** What a host serves: `await registry.metrics()`, as `registry.contentType`. */
  readonly registry: Registry;
  private readonly logger = new SafeLogger(Metrics.name);
  private readonly errors: Counter<'source'>;
  private readonly unread: (() => void)[] = [];

  /** @internal */
  constructor(
    @Inject(METRICS_OPTIONS) { registry = new Registry() }: MetricsModuleOptions,
    private readonly clock: Clock,
  ) {
    // Its type says which content type it writes, which changes nothing here.
    this.registry = registry as Registry;
    this.errors = this.counter({
      name: 'meshbatch_scrape_errors_total',
      help: 'Gauges left out of a scrape because what they tell could not be read, by what was read',
      labelNames: ['source'],
    });
  }

  counter<Label extends string = never>(declared: Declared<CounterConfiguration<Label>>): Counter<Label> {
    return this.known(declared.name, Counter<Label>) ?? new Counter({ ...declared, registers: [this.registry] });
  }

  gauge<Label extends string = never>(declared: Declared<GaugeConfiguration<Label>>): Gauge<Label> {
    return this.known(declared.name, Gauge<Label>) ?? new Gauge({ ...declared, registers: [this.registry] });
  }

  /** `buckets` are prom-client's own, up to 10, when left out. */
  histogram<Label extends string = never>(declared: Declared<HistogramConfiguration<Label>>): Histogram<Label> {
    return this.known(declared.name, Histogram<Label>) ?? new Histogram({ ...declared, registers: [this.registry] });
  }

  /**
   * Gauges that one look fills at every scrape, until the application is closed. When it fails or takes longer than 5 seconds they are
   * left out of that scrape and `meshbatch_scrape_errors_total{source}` counts. Of several readings with the same
   * labels, also of several applications on one registry, the largest is told.
   * @param source what is read, as a label
   * @param gauges by any key; `read` gives the values under the same ones
   */
  readAtScrape<Key extends string>(
    source: string,
    gauges: Readonly<Record<Key, Declared<GaugeConfiguration<string>>>>,
    read: () => Readings<Key> | Promise<Readings<Key>>,
  ): void {
    const onError = (error: unknown) => {
      this.errors.inc({ source });
      this.logger.warn({ err: error, source }, 'Metrics could not be read');
    };
    const looks = new ScrapeSource(read, this.clock, onError);
    for (const key of Object.keys(gauges) as Key[]) {
      const declared = gauges[key];
      const known = this.known(declared.name, ScrapedGauge);
      const gauge = known ?? new ScrapedGauge({ ...declared, registers: [this.registry] });
      this.unread.push(gauge.readFrom(async () => (await looks.readings())?.[key] ?? []));
    }
  }

  /** A host's registry outlives the application; its database does not. */
  onModuleDestroy(): void {
    for (const unread of this.unread.splice(0)) unread();
  }

  /** The metric of that name; undefined for another kind too, which prom-client then refuses to declare again. */
  private known<M>(name: string, kind: new (declared: never) => M): M | undefined {
    const metric: unknown = this.registry.getSingleMetric(name);
    return metric instanceof kind ? metric : undefined;
  }
}
