import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { DataSource } from 'typeorm';
import { AuthModule } from './auth/auth.module';
import { BatchesModule } from './batches/batches.module';
import { BlobsModule } from './blobs/blobs.module';
import type { Env } from './config/env';
import { loggingOptions } from './config/logging';
import { ExecutionModule } from './execution/execution.module';
import { FilesModule } from './files/files.module';
import { HealthModule } from './health/health.module';
import { HttpModule } from './http/http.module';
import { RequestIds } from './http/request-id';
import { IngestModule } from './ingest/ingest.module';
import { PersistenceModule } from './persistence/persistence.module';
import { ProvidersModule } from './providers/providers.module';
import { QueueModule } from './queue/queue.module';
import { QuotaModule } from './quota/quota.module';

/** The stand-alone service: a host of the same modules that any other may embed. */
@Module({})
export class AppModule {
  static forRoot(env: Env, dataSource: DataSource): DynamicModule {
    const work = env.ROLE !== 'api';
    const embedded = env.DATABASE_URL === undefined;
    return {
      module: AppModule,
      imports: [
        LoggerModule.forRootAsync({
          imports: [HttpModule],
          inject: [RequestIds],
          useFactory: (requestIds: RequestIds) => loggingOptions(env, requestIds),
        }),
        PersistenceModule.forRoot({ dataSource }),
        BlobsModule.forRoot({ store: { folder: join(env.DATA_DIR, 'blobs') } }),
        QueueModule.forRoot({ work, listen: !embedded }),
        AuthModule.forRoot({}),
        QuotaModule.forRoot({ batchLimitPerOwner: env.BATCH_LIMIT_PER_OWNER }),
        ProvidersModule.forRoot({
          credentials: env.providers,
          sandbox: env.SANDBOX === 'on',
          timeoutMs: env.UPSTREAM_TIMEOUT_MS,
        }),
        FilesModule,
        IngestModule.forRoot({ maxBodyBytes: env.MAX_BODY_BYTES, maxBatchItems: env.MAX_BATCH_ITEMS }),
        BatchesModule.forRoot({ inlineResultsMaxBytes: env.INLINE_RESULTS_MAX_BYTES }),
        ExecutionModule.forRoot({
          work,
          exclusive: embedded,
          scratchFolder: join(env.DATA_DIR, 'scratch'),
          ...(env.POLL_INTERVAL_MS !== undefined && { pollIntervalMs: env.POLL_INTERVAL_MS }),
        }),
        HealthModule,
      ],
    };
  }
}
