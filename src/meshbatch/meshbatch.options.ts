import type { AuthModuleOptions } from '../auth/auth.module-definition';
import type { BatchesModuleOptions } from '../batches/batches.options';
import type { BlobsModuleOptions } from '../blobs/blobs.module-definition';
import type { HttpModuleExtras } from '../common/define-module';
import type { EventsModuleOptions } from '../events/events.options';
import type { ExecutionModuleOptions } from '../execution/execution.module-definition';
import type { FilesModuleOptions } from '../files/files.options';
import type { IngestModuleOptions } from '../ingest/ingest.module-definition';
import type { MetricsModuleOptions } from '../metrics/metrics.module-definition';
import type { DatabaseOptions } from '../persistence/persistence.module-definition';
import type { ProvidersModuleOptions } from '../providers/providers.module-definition';
import type { QuotaModuleOptions } from '../quota/quota.module-definition';
import type { WebhooksModuleOptions } from '../webhooks/webhooks.options';

/** The options of every module, each under the module's name. */
export interface MeshbatchOptions {
  readonly metrics?: MetricsModuleOptions;
  readonly persistence: DatabaseOptions;
  readonly blobs: BlobsModuleOptions;
  readonly auth?: AuthModuleOptions;
  readonly quota?: QuotaModuleOptions;
  readonly providers?: ProvidersModuleOptions;
  readonly files?: FilesModuleOptions;
  readonly ingest?: IngestModuleOptions;
  readonly batches?: BatchesModuleOptions;
  readonly events?: EventsModuleOptions;
  readonly execution?: Omit<ExecutionModuleOptions, 'work'>;
  readonly webhooks?: Omit<WebhooksModuleOptions, 'work'>;
  /** Whether this process follows batches to their end, or only takes them; true when left out. */
  readonly work?: boolean;
}

/** What shapes the graph of modules, and so is given beside an asynchronous factory, not by it. */
export interface MeshbatchExtras extends HttpModuleExtras {
  /** What comes before `v1/…` in the paths of the routes, after the host's own global prefix; nothing when left out. */
  readonly routePrefix?: string;
}

/** What the modules are given their options by. */
export const MESHBATCH_OPTIONS = Symbol('meshbatch:options');
