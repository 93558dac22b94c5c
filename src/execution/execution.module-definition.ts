import { BatchesModule } from '../batches/batches.module';
import { BlobsModule } from '../blobs/blobs.module';
import { defineModule } from '../common/define-module';
import { FilesModule } from '../files/files.module';
import { MetricsModule } from '../metrics/metrics.module';
import { PersistenceModule } from '../persistence/persistence.module';
import { ProvidersModule } from '../providers/providers.module';
import { QueueModule } from '../queue/queue.module';

export interface ExecutionModuleOptions {
  /** Whether this process does the background work; true when left out. */
  readonly work?: boolean;
  /** Folder for downloads and encoded parts under way; one below the system's temporary folder when left out. */
  readonly scratchFolder?: string;
  /** Takes the place of every provider's own poll interval; milliseconds. */
  readonly pollIntervalMs?: number;
  /**
   * How long after its deadline a batch may wait for a provider to end it, in milliseconds; an hour when left out. A day more where
   * some of a job ran and its cancel would discard that.
   */
  readonly drainMs?: number;
  /** How often rows, jobs and providers are compared, in milliseconds; a minute when left out. */
  readonly reconcileMs?: number;
  /** How many days a batch is kept once it has ended, before it is deleted; for ever when left out. */
  readonly retentionDays?: number;
  /** How often all blobs are walked through, in milliseconds; six hours when left out. */
  readonly sweepMs?: number;
  /** How old a blob is, in milliseconds, before it is removed because no row names it; a day when left out, and longer than any upload. */
  readonly blobGraceMs?: number;
}

export const DEFAULT_DRAIN_MS = 3_600_000;
/** On top of it where a cancel would discard what ran: Gemini ends a batch by itself 48 hours after its create. */
export const DISCARDING_DRAIN_MS = 24 * 3_600_000;
export const DEFAULT_RECONCILE_MS = 60_000;
export const DEFAULT_SWEEP_MS = 6 * 3_600_000;
export const DEFAULT_BLOB_GRACE_MS = 24 * 3_600_000;

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: EXECUTION_OPTIONS } =
  defineModule<ExecutionModuleOptions>({
    name: 'Execution',
    needs: [PersistenceModule, QueueModule, BlobsModule, ProvidersModule, FilesModule, BatchesModule, MetricsModule],
  });
