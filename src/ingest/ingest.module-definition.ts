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
  /** Free bytes under which nothing new is taken, of each disk of `diskFolders`; 0 for no floor. */
  readonly minFreeDiskBytes: number;
  /** Where batches are kept on local disks; `MeshbatchModule` names the folders of its other options. */
  readonly diskFolders: readonly string[];
}

/**
 * Limits of a body: 1 GiB and 1,000,000 items where left out; and of taking them: 30 seconds without a byte, 1 KiB a second,
 * 16 at once; 16 creates that are worked on at once; a floor of 1 GiB on every disk.
 */
export type IngestModuleOptions = Partial<IngestLimits & BodyLimits & LoadLimits>;

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: INGEST_OPTIONS } = defineModule<IngestModuleOptions>({
  name: 'Ingest',
  needs: [ProvidersModule, BlobsModule, MetricsModule],
});
