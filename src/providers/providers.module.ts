import { Module } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { BlobStore } from '../blobs/blob-store';
import { Clock } from '../common/clock';
import { CommonModule } from '../common/common.module';
import { instanceOf } from '../common/instance-or-class';
import { builtInAdapters } from './adapters/built-in';
import { knownProviders } from './known-providers';
import { MeasuredAdapter } from './measured-adapter';
import { takingMessages } from './messages/messages-adapter';
import { PauseMetrics } from './pause-metrics';
import { ProviderPauses } from './provider-pauses';
import { ProviderRegistry } from './provider-registry';
import { UpstreamCalls } from './upstream-calls';
import { ConfigurableModuleClass, PROVIDERS_OPTIONS, type ProvidersModuleOptions } from './providers.module-definition';

async function makeRegistry(
  options: ProvidersModuleOptions,
  blobs: BlobStore,
  clock: Clock,
  calls: UpstreamCalls,
  moduleRef: ModuleRef,
): Promise<ProviderRegistry> {
  const own = await Promise.all((options.adapters ?? []).map((adapter) => instanceOf(adapter, moduleRef)));
  const { catalog, definitions } = knownProviders(options.catalog);
  const adapters = [...builtInAdapters(definitions, options, blobs, clock), ...own];
  const measured = adapters.map((adapter) => new MeasuredAdapter(takingMessages(adapter), calls));
  return new ProviderRegistry(measured, catalog, definitions);
}

/** Whose batch APIs we reach, and which models they run. */
@Module({
  imports: [CommonModule],
  providers: [
    ProviderPauses,
    PauseMetrics,
    UpstreamCalls,
    {
      provide: ProviderRegistry,
      useFactory: makeRegistry,
      inject: [PROVIDERS_OPTIONS, BlobStore, Clock, UpstreamCalls, ModuleRef],
    },
  ],
  exports: [ProviderRegistry, ProviderPauses, UpstreamCalls],
})
export class ProvidersModule extends ConfigurableModuleClass {}
