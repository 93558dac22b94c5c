import { Injectable } from '@nestjs/common';
import { ProviderPauses, type ProviderPause } from '../providers/provider-pauses';

/** Whether this process can serve, for a host's own health check. */
export interface MeshbatchHealthReport {
  readonly database: 'up' | 'down';
  /** Providers that refuse our credentials or ask for patience, for all processes; the service itself serves on. */
  readonly pausedProviders: readonly ProviderPause[];
}

@Injectable()
export class MeshbatchHealth {
  /** @internal */
  constructor(private readonly pauses: ProviderPauses) {}

  async check(): Promise<MeshbatchHealthReport> {
    const pausedProviders = await this.pauses.list().catch(() => null);
    return { database: pausedProviders ? 'up' : 'down', pausedProviders: pausedProviders ?? [] };
  }
}
