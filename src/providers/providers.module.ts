import { Module } from '@nestjs/common';
import { BlobStore } from '../blobs/blob-store';
import { Clock } from '../common/clock';
import { CommonModule } from '../common/common.module';
import { builtInAdapters } from './adapters/built-in';
import { BUILT_IN_CATALOG } from './catalog/built-in-catalog';
import { ModelsController } from './models.controller';
import { ProviderPauses } from './provider-pauses';
import { ProviderRegistry } from './provider-registry';
import { ConfigurableModuleClass, PROVIDERS_OPTIONS, type ProvidersModuleOptions } from './providers.module-definition';

/** Whose batch APIs we reach, and which models they run. */
@Module({
  imports: [CommonModule],
  controllers: [ModelsController],
  providers: [
    ProviderPauses,
    {
      provide: ProviderRegistry,
      useFactory: (options: ProvidersModuleOptions, blobs: BlobStore, clock: Clock) =>
        new ProviderRegistry(
          [...builtInAdapters(options, blobs, clock), ...(options.adapters ?? [])],
          BUILT_IN_CATALOG,
        ),
      inject: [PROVIDERS_OPTIONS, BlobStore, Clock],
    },
  ],
  exports: [ProviderRegistry, ProviderPauses],
})
export class ProvidersModule extends ConfigurableModuleClass {}
