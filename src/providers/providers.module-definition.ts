import { AuthModule } from '../auth/auth.module';
import { BlobsModule } from '../blobs/blobs.module';
import { defineHttpModule } from '../common/define-module';
import type { InstanceOrClass } from '../common/instance-or-class';
import { PersistenceModule } from '../persistence/persistence.module';
import { MetricsModule } from '../metrics/metrics.module';
import type { CatalogFile } from './catalog/catalog-file';
import type { ProviderAdapter } from './contract/adapter';
import { ModelsController } from './models.controller';
import { ProvidersController } from './providers.controller';

export interface ProviderCredentials {
  readonly apiKey: string;
  /** Takes the place of the vendor's own base; no trailing slash. Plain http is for loopback hosts. */
  readonly baseUrl?: string;
}

export interface ProvidersModuleOptions {
  /** By provider id; a provider without an entry is not configured. */
  readonly credentials?: Readonly<Record<string, ProviderCredentials>>;
  /** Whether the simulated provider is offered; false when left out. */
  readonly sandbox?: boolean;
  /** How long a provider may keep silent within a call, in milliseconds; when left out a minute, and ten before it answers an upload or a create. */
  readonly timeoutMs?: number;
  /** Providers and models beside those that are built in. */
  readonly catalog?: CatalogFile;
  /** Whether plain http is taken for hosts other than loopback too; false when left out. */
  readonly allowInsecureUpstream?: boolean;
  /** The host's own adapters beside the built-in ones. */
  readonly adapters?: readonly InstanceOrClass<ProviderAdapter>[];
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: PROVIDERS_OPTIONS } =
  defineHttpModule<ProvidersModuleOptions>(
    { name: 'Providers', needs: [PersistenceModule, BlobsModule, AuthModule, MetricsModule] },
    [ModelsController, ProvidersController],
  );
