import { Inject, Injectable } from '@nestjs/common';
import { BacklogStore, type Backlog } from '../batches/backlog.store';
import { Metrics } from '../metrics/metrics';
import { EXECUTION_OPTIONS, type ExecutionModuleOptions } from './execution.module-definition';

const GAUGES = {
  parts: {
    name: 'meshbatch_parts',
    help: 'Parts that have not ended, over all processes',
    labelNames: ['provider', 'state'] as const,
  },
  due: {
    name: 'meshbatch_part_due_age_seconds',
    help: 'How long a part has been due with nobody at work on it, the longest over all processes',
    labelNames: ['provider'] as const,
  },
  batches: {
    name: 'meshbatch_batches_active',
    help: 'Batches that have not ended, over all processes',
    labelNames: ['status'] as const,
  },
};

/** Tells at every scrape what is in hand, as the rows say. Only where there is background work: every worker tells the same. */
@Injectable()
export class BacklogMetrics {
  constructor(
    @Inject(EXECUTION_OPTIONS) { work = true }: ExecutionModuleOptions,
    metrics: Metrics,
    store: BacklogStore,
  ) {
    if (work) metrics.readAtScrape('rows', GAUGES, async () => toReadings(await store.read()));
  }
}

function toReadings({ parts, batches }: Backlog) {
  return {
    parts: parts.map(({ provider, state, count }) => ({ labels: { provider, state }, value: count })),
    // Of one provider's states the largest is told.
    due: parts.map(({ provider, dueMs }) => ({ labels: { provider }, value: dueMs / 1000 })),
    batches: batches.map(({ status, count }) => ({ labels: { status }, value: count })),
  };
}
