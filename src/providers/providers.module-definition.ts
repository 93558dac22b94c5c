import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { ProviderAdapter } from './contract/adapter';

export interface ProviderCredentials {
  readonly apiKey: string;
  readonly baseUrl?: string;
}

export interface ProvidersModuleOptions {
  /** By provider id; a provider without an entry is not configured. */
  readonly credentials: Readonly<Record<string, ProviderCredentials>>;
  /** Whether the simulated provider is offered; production switches it off. */
  readonly sandbox: boolean;
  /** How long a provider may keep silent within a call, in milliseconds; a minute by default. */
  readonly timeoutMs?: number;
  /** The host's own adapters beside the built-in ones. */
  readonly adapters?: readonly ProviderAdapter[];
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: PROVIDERS_OPTIONS } =
  new ConfigurableModuleBuilder<ProvidersModuleOptions>({ moduleName: 'Providers' })
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
