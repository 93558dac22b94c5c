import { BlobsModule } from '../blobs/blobs.module';
import { defineModule } from '../common/define-module';
import { MetricsModule } from '../metrics/metrics.module';
import { ProvidersModule } from '../providers/providers.module';
import type { BodyLimits } from './body-limits';
import type { IngestLimits } from './ingest-limits';

/** How much of what this process has creates may take. */
export interface LoadLimits {
  /** Creates that are worked on at once, of which one owner has at most three quarters; further ones are refused with 503. */
  readonly maxConcurrentCreates: number;
}

/**
 * Limits of a body: 1 GiB and 1,000,000 items where left out; and of taking them: 30 seconds without a byte, 1 KiB a second,
 * 16 at once; 16 creates that are worked on at once.
 */
export type IngestModuleOptions = Partial<IngestLimits & BodyLimits & LoadLimits>;

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: INGEST_OPTIONS } = defineModule<IngestModuleOptions>({
  name: 'Ingest',
  needs: [ProvidersModule, BlobsModule, MetricsModule],
});
