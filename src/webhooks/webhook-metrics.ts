import { Inject, Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Metrics } from '../metrics/metrics';
import { DeliveriesStore } from './deliveries.store';
import { WEBHOOKS_OPTIONS, type WebhooksModuleOptions } from './webhooks.options';

const GAUGES = {
  pending: {
    name: 'meshbatch_webhook_deliveries_pending',
    help: 'Webhooks that are neither delivered nor given up, over all processes',
  },
};

/** What the sender counts, and what waits for it. */
@Injectable()
export class WebhookMetrics {
  readonly attempts: Counter<'outcome'>;

  constructor(
    @Inject(WEBHOOKS_OPTIONS) { work = true }: WebhooksModuleOptions,
    metrics: Metrics,
    deliveries: DeliveriesStore,
  ) {
    this.attempts = metrics.counter({
      name: 'meshbatch_webhook_attempts_total',
      help: 'Attempts to deliver a webhook: delivered, retried (to be tried again) or failed (given up)',
      labelNames: ['outcome'],
    });
    // Every worker tells the same.
    if (work)
      metrics.readAtScrape('webhooks', GAUGES, async () => ({ pending: [{ value: await deliveries.countPending() }] }));
  }
}
