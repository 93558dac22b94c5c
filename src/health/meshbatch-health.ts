import { Injectable } from '@nestjs/common';
import { Database } from '../persistence/database';
import { ProviderPauses } from '../providers/provider-pauses';

/** Whether this process can serve, for a host's own health check. */
export interface MeshbatchHealthReport {
  readonly database: 'up' | 'down';
  /** Providers that refuse our credentials; the service itself serves on. */
  readonly pausedProviders: ReturnType<ProviderPauses['list']>;
}

@Injectable()
export class MeshbatchHealth {
  /** @internal */
  constructor(
    private readonly database: Database,
    private readonly pauses: ProviderPauses,
  ) {}

  async check(): Promise<MeshbatchHealthReport> {
    const database = await this.database.manager.query('SELECT 1').then(
      () => 'up' as const,
      () => 'down' as const,
    );
    return { database, pausedProviders: this.pauses.list() };
  }
}
