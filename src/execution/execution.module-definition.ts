import { BatchesModule } from '../batches/batches.module';
import { BlobsModule } from '../blobs/blobs.module';
import { defineModule } from '../common/define-module';
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
  /** How long after its deadline a batch may wait for a provider to end it, in milliseconds; an hour when left out. */
  readonly drainMs?: number;
}

export const DEFAULT_DRAIN_MS = 3_600_000;

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: EXECUTION_OPTIONS } =
  defineModule<ExecutionModuleOptions>({
    name: 'Execution',
    needs: [PersistenceModule, QueueModule, BlobsModule, ProvidersModule, BatchesModule],
  });
