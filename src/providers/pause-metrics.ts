import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics';
import { PAUSE_REASONS, type PauseReason } from './provider-pause.entity';
import { ProviderPauses } from './provider-pauses';
import { ProviderRegistry } from './provider-registry';

/** Tells at every scrape to which providers nothing is sent, and why. */
@Injectable()
export class PauseMetrics {
  constructor(metrics: Metrics, registry: ProviderRegistry, pauses: ProviderPauses) {
    const name = 'meshbatch_provider_paused';
    const help = '1 while nothing is sent to a provider: it refuses our credentials, or asked for patience (rate)';
    metrics.readAtScrape('pauses', { paused: { name, help, labelNames: ['provider', 'reason'] } }, async () => {
      const now = await pauses.list();
      const isPaused = (provider: string, reason: PauseReason) =>
        now.some((pause) => pause.calls === 'submits' && pause.provider === provider && pause.reason === reason);
      return {
        paused: registry.configured().flatMap((provider) =>
          PAUSE_REASONS.map((reason) => ({
            labels: { provider, reason },
            value: isPaused(provider, reason) ? 1 : 0,
          })),
        ),
      };
    });
  }
}
