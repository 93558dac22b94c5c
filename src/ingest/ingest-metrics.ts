import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Metrics } from '../metrics/metrics';

/** How bodies are taken, as it stands at a scrape. */
export interface BodiesInHand {
  readonly open: number;
  readonly waiting: number;
  readonly limit: number;
}

/** The creates that are worked on, as it stands at a scrape. */
export interface CreatesInHand {
  readonly working: number;
  readonly limit: number;
}

const CREATE_GAUGES = {
  working: {
    name: 'meshbatch_creates_working',
    help: 'Creates that are worked on; one that waits for its client is not',
  },
  limit: { name: 'meshbatch_creates_limit', help: 'Creates that are worked on at once' },
};
/** Bytes of the fullest disk, as it stands at a scrape. */
export interface DiskSpace {
  readonly free: number;
  readonly floor: number;
}

const DISK_GAUGES = {
  free: { name: 'meshbatch_disk_free_bytes', help: 'Free bytes of the fullest disk that batches are kept on' },
  floor: { name: 'meshbatch_disk_floor_bytes', help: 'Free bytes under which no batch is taken' },
};
const GAUGES = {
  open: { name: 'meshbatch_bodies_open', help: 'Bodies of creates that are being taken' },
  waiting: { name: 'meshbatch_bodies_waiting', help: 'Large bodies that wait for their turn' },
  limit: { name: 'meshbatch_body_gate_limit', help: 'Large bodies that are taken at once' },
};

/** What is counted of bodies; nothing for each item. */
@Injectable()
export class IngestMetrics {
  readonly bytes: Counter;
  readonly items: Counter;
  readonly refusals: Counter;
  readonly overloads: Counter<'reason'>;

  constructor(private readonly metrics: Metrics) {
    this.bytes = metrics.counter({ name: 'meshbatch_ingest_bytes_total', help: 'Bytes of input that were stored' });
    this.items = metrics.counter({ name: 'meshbatch_ingest_items_total', help: 'Items of input that were stored' });
    this.refusals = metrics.counter({
      name: 'meshbatch_body_gate_refusals_total',
      help: 'Large bodies that were refused since too many waited already, or since they had waited for too long',
    });
    this.overloads = metrics.counter({
      name: 'meshbatch_creates_overloaded_total',
      help: 'Creates that were refused since as many as this process, or their owner, may have were worked on',
      labelNames: ['reason'],
    });
  }

  /** Tells at every scrape what `look` finds. */
  tellOfCreates(look: () => CreatesInHand): void {
    this.metrics.readAtScrape('creates', CREATE_GAUGES, () => {
      const { working, limit } = look();
      return { working: [{ value: working }], limit: [{ value: limit }] };
    });
  }

  /** Tells at every scrape what `look` finds. */
  tellOfDisk(look: () => Promise<DiskSpace>): void {
    this.metrics.readAtScrape('disk', DISK_GAUGES, async () => {
      const { free, floor } = await look();
      return { free: [{ value: free }], floor: [{ value: floor }] };
    });
  }

  /** Tells at every scrape what `look` finds. */
  tellOf(look: () => BodiesInHand): void {
    this.metrics.readAtScrape('bodies', GAUGES, () => {
      const { open, waiting, limit } = look();
      return { open: [{ value: open }], waiting: [{ value: waiting }], limit: [{ value: limit }] };
    });
  }
}
