/** What a NestJS application imports to embed Meshbatch; docs/embedding.md is the guide. */
export { MeshbatchModule } from './meshbatch/meshbatch.module';
export type { MeshbatchExtras, MeshbatchOptions } from './meshbatch/meshbatch.options';
export { migrate, openEmbeddedDatabase } from './meshbatch/migrate';
export { ENTITIES } from './meshbatch/entities';
export { createOpenApiDocument } from './openapi/openapi.document';

export { AuthModule } from './auth/auth.module';
export { BatchesModule } from './batches/batches.module';
export { BlobsModule } from './blobs/blobs.module';
export { EventsModule } from './events/events.module';
export { ExecutionModule } from './execution/execution.module';
export { FilesModule } from './files/files.module';
export { HealthModule } from './health/health.module';
export { IngestModule } from './ingest/ingest.module';
export { PersistenceModule } from './persistence/persistence.module';
export { ProvidersModule } from './providers/providers.module';
export { QueueModule } from './queue/queue.module';
export { QuotaModule } from './quota/quota.module';

export { ApiKeysService } from './auth/api-keys.service';
export { ForbiddenError, UnauthorizedError } from './auth/auth.errors';
export { OwnerResolver, type LoginRequest, type Owner, type Scope } from './auth/owner';
export { BatchesService } from './batches/batches.service';
export { BatchEvents, type BatchEvent } from './events/batch-events';
export { BlobNotFoundError, BlobStore, type ByteRange } from './blobs/blob-store';
export { MeshbatchHealth, type MeshbatchHealthReport } from './health/meshbatch-health';
export type { EmbeddedDatabase } from './persistence/embedded/embedded-database';
export type * from './providers/contract/adapter';
export { IncompleteDownloadError } from './providers/contract/adapter';
export { ProviderCallError, type CallFailure } from './providers/contract/errors';
