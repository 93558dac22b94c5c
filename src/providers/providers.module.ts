import { Module } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { BlobStore } from '../blobs/blob-store';
import { Clock } from '../common/clock';
import { CommonModule } from '../common/common.module';
import { instanceOf } from '../common/instance-or-class';
import { builtInAdapters } from './adapters/built-in';
import { knownProviders } from './known-providers';
import { ProviderPauses } from './provider-pauses';
import { ProviderRegistry } from './provider-registry';
import { ConfigurableModuleClass, PROVIDERS_OPTIONS, type ProvidersModuleOptions } from './providers.module-definition';

async function makeRegistry(
  options: ProvidersModuleOptions,
  blobs: BlobStore,
  clock: Clock,
  moduleRef: ModuleRef,
): Promise<ProviderRegistry> {
  const own = await Promise.all((options.adapters ?? []).map((adapter) => instanceOf(adapter, moduleRef)));
  const { catalog, definitions } = knownProviders(options.catalog);
  return new ProviderRegistry([...builtInAdapters(definitions, options, blobs, clock), ...own], catalog, definitions);
}

/** Whose batch APIs we reach, and which models they run. */
@Module({
  imports: [CommonModule],
  providers: [
    ProviderPauses,
    {
      provide: ProviderRegistry,
      useFactory: makeRegistry,
      inject: [PROVIDERS_OPTIONS, BlobStore, Clock, ModuleRef],
    },
  ],
  exports: [ProviderRegistry, ProviderPauses],
})
export class ProvidersModule extends ConfigurableModuleClass {}
