/** What a NestJS application imports to embed Meshbatch. The embedding guide comes with the modules' public options. */
export { AuthModule } from './auth/auth.module';
export { OwnerResolver, type Owner, type Scope } from './auth/owner';
export { BatchesModule } from './batches/batches.module';
export { BlobStore, BlobNotFoundError, type ByteRange } from './blobs/blob-store';
export { BlobsModule } from './blobs/blobs.module';
export { ENTITIES, migrate } from './config/data-source';
export { ExecutionModule } from './execution/execution.module';
export { FilesModule } from './files/files.module';
export { HealthModule } from './health/health.module';
export { IngestModule } from './ingest/ingest.module';
export { setUpOpenApi } from './openapi/openapi.setup';
export { MIGRATIONS } from './persistence/migrations';
export { PersistenceModule } from './persistence/persistence.module';
export type { ProviderAdapter } from './providers/contract/adapter';
export { ProviderCallError } from './providers/contract/errors';
export { ProvidersModule } from './providers/providers.module';
export { QueueModule } from './queue/queue.module';
export { QuotaModule } from './quota/quota.module';
