import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics';
import { ProviderPauses } from './provider-pauses';
import { ProviderRegistry } from './provider-registry';

/** Tells at every scrape which providers refuse our credentials. */
@Injectable()
export class PauseMetrics {
  constructor(metrics: Metrics, registry: ProviderRegistry, pauses: ProviderPauses) {
    const name = 'meshbatch_provider_paused';
    const help = '1 while this process sends nothing to a provider since it refused our credentials, else 0';
    metrics.readAtScrape('pauses', { paused: { name, help, labelNames: ['provider'] } }, () => ({
      paused: registry.configured().map((provider) => ({
        labels: { provider },
        value: pauses.pausedUntil(provider) === null ? 0 : 1,
      })),
    }));
  }
}
