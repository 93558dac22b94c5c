import { Injectable } from '@nestjs/common';
import { AuditStore } from '../../batches/audit.store';
import { ProviderPauses } from '../../providers/provider-pauses';
import { ProviderRegistry } from '../../providers/provider-registry';
import type { Check, Finding } from './check';

/** Providers that batches wait for and that this process has no credentials of. */
@Injectable()
export class UnconfiguredProviders implements Check {
  readonly kind = 'unconfigured_provider';
  readonly scope = 'rows';

  constructor(
    private readonly audit: AuditStore,
    private readonly registry: ProviderRegistry,
  ) {}

  async *find(): AsyncGenerator<Finding> {
    for (const { provider, parts } of await this.audit.providersInUse()) {
      if (this.registry.findAdapter(provider)) continue;
      yield { subject: provider, message: `${parts} parts wait for the provider, and it is not configured` };
    }
  }
}

/** Providers that refuse the account; one that asks for patience gets it, and that is all. */
@Injectable()
export class PausedProviders implements Check {
  readonly kind = 'paused_provider';
  readonly scope = 'rows';

  constructor(private readonly pauses: ProviderPauses) {}

  async *find(): AsyncGenerator<Finding> {
    for (const { provider, calls, reason, until } of await this.pauses.list()) {
      if (reason !== 'credentials') continue;
      const message = `It refuses the account, and its ${calls} are paused until ${new Date(until).toISOString()}`;
      yield { subject: provider, message };
    }
  }
}
