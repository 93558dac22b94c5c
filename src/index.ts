/** What a NestJS application imports to embed Meshbatch; docs/embedding.md is the guide. */

// The whole, and how its database is made ready.
export { createMeshbatchDocument } from './meshbatch/meshbatch-document';
export { MeshbatchModule } from './meshbatch/meshbatch.module';
export type { MeshbatchExtras, MeshbatchOptions } from './meshbatch/meshbatch.options';
export { migrate, openEmbeddedDatabase } from './meshbatch/migrate';
export type { EmbeddedDatabase, EmbeddedDatabaseOptions } from './persistence/embedded/embedded-database';
export type { PlacementOptions } from './persistence/placement';

// What it exports to the host's own classes.
export { ApiKeysService, type NewKey } from './auth/api-keys.service';
export type { ApiKeyEntity, ApiKeyStatus } from './auth/api-key.entity';
export type { OwnerEntity } from './auth/owner.entity';
export { BatchEvents, type BatchEvent } from './events/batch-events';
export { BATCH_STATUSES, type BatchStatus } from './batches/batch-status';
export { Doctor, type Diagnosis } from './execution/reconcile/doctor';
export { ParkedParts, type ParkedPart } from './execution/parked-parts';
export { WebhookReseal, type Resealed } from './webhooks/webhook-reseal';
export { OperatorError } from './common/operator-error';
export { MeshbatchHealth, type MeshbatchHealthReport } from './health/meshbatch-health';
export { Metrics, type Declared } from './metrics/metrics';
export type { Reading, Readings } from './metrics/scraped-gauge';
export type { ProviderPause } from './providers/provider-pauses';
export type { PausedCalls, PauseReason } from './providers/provider-pause.entity';

// What a host may put in the place of ours.
export {
  BlobNotFoundError,
  BlobStore,
  type ByteRange,
  type StoredBlob,
  type UnfinishedWrite,
} from './blobs/blob-store';
export { BlobStoreUnreachableError } from './blobs/s3/s3-errors';
export { ForbiddenError, UnauthorizedError } from './auth/auth.errors';
export { MeshbatchError, type ErrorCode, type ErrorExtras } from './http/meshbatch-error';
export { OwnerResolver, SCOPES, type LoginRequest, type Owner, type Scope } from './auth/owner';
export {
  ENDPOINTS,
  REASONING_EFFORTS,
  IncompleteDownloadError,
  type Endpoint,
  type ProviderCapabilities,
  type StoredItem,
  type ModelTraits,
  type ReasoningEffort,
  type TargetModel,
  type UnsupportedField,
  type Attempt,
  type StagedLines,
  type RemoteState,
  type RemoteError,
  type RemoteBatch,
  type ItemOutcome,
  type ProviderAdapter,
} from './providers/contract/adapter';
export { ProviderCallError, type CallFailure } from './providers/contract/errors';

// The modules one by one, for a host that composes them itself.
export { ENTITIES } from './meshbatch/entities';
export type { EntityClass } from './persistence/entity-class';
export type { HttpModuleExtras, ModuleExtras } from './common/define-module';
export type { ImportedModule } from './common/assert-imported';
export type { InstanceOrClass } from './common/instance-or-class';
export { AuthModule } from './auth/auth.module';
export type { AuthModuleOptions } from './auth/auth.module-definition';
export { BatchesModule } from './batches/batches.module';
export type { BatchesModuleOptions } from './batches/batches.options';
export { BlobsModule } from './blobs/blobs.module';
export type { BlobsModuleOptions } from './blobs/blobs.module-definition';
export type { S3StoreOptions } from './blobs/s3/s3-store-options';
export { EventsModule } from './events/events.module';
export type { EventsModuleOptions } from './events/events.options';
export { ExecutionModule } from './execution/execution.module';
export type { ExecutionModuleOptions } from './execution/execution.module-definition';
export { FilesModule } from './files/files.module';
export type { FilesModuleOptions } from './files/files.options';
export { HealthModule } from './health/health.module';
export { IngestModule } from './ingest/ingest.module';
export type { BodyLimits } from './ingest/body-limits';
export type { IngestLimits } from './ingest/ingest-limits';
export type { IngestModuleOptions, LoadLimits } from './ingest/ingest.module-definition';
export { MetricsModule } from './metrics/metrics.module';
export type { MetricsModuleOptions } from './metrics/metrics.module-definition';
export { OpenAiModule } from './dialects/openai/openai.module';
export { PersistenceModule } from './persistence/persistence.module';
export type { DatabaseOptions, PersistenceModuleOptions } from './persistence/persistence.module-definition';
export { ProvidersModule } from './providers/providers.module';
export type {
  CatalogFile,
  ModelDescription,
  ProviderLimitsDescription,
  ProviderDescription,
} from './providers/catalog/catalog-file';
export type { ModelLimits, ModelPrices } from './providers/catalog/catalog';
export type { ProviderCredentials, ProvidersModuleOptions } from './providers/providers.module-definition';
export { QueueModule } from './queue/queue.module';
export type { QueueModuleOptions } from './queue/queue.module-definition';
export { QuotaModule } from './quota/quota.module';
export type { QuotaModuleOptions } from './quota/quota.module-definition';
export { WebhooksModule } from './webhooks/webhooks.module';
export type { WebhooksModuleOptions } from './webhooks/webhooks.options';
