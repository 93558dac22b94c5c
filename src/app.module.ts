import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Env } from './config/env';
import { s3Options } from './config/s3-settings';
import { secretsKeys } from './config/secrets-keys';
import { HealthRoutesModule } from './health/health-routes.module';
import { MeshbatchModule } from './meshbatch/meshbatch.module';
import type { MeshbatchOptions } from './meshbatch/meshbatch.options';
import type { DatabaseOptions } from './persistence/persistence.module-definition';

/** The stand-alone service: a host like any other, with nothing of its own but health routes. */
@Module({})
export class AppModule {
  static forRoot(env: Env, persistence: DatabaseOptions): DynamicModule {
    const http = env.ROLE !== 'worker';
    const meshbatch = MeshbatchModule.forRoot({ ...toOptions(env, persistence), http });
    return {
      module: AppModule,
      imports: [meshbatch, HealthRoutesModule.forRoot({ imports: [meshbatch], http })],
    };
  }
}

function toOptions(env: Env, persistence: DatabaseOptions): MeshbatchOptions {
  const s3 = s3Options(env);
  return {
    persistence,
    blobs: { store: s3 ? { s3 } : { folder: join(env.DATA_DIR, 'blobs') } },
    auth: { wrongKeysPerMinute: env.WRONG_KEYS_PER_MINUTE },
    quota: {
      batchLimitPerOwner: env.BATCH_LIMIT_PER_OWNER,
      ...(env.STORED_BYTES_PER_OWNER !== undefined && { storedBytesPerOwner: env.STORED_BYTES_PER_OWNER }),
    },
    providers: {
      credentials: env.providers,
      sandbox: env.SANDBOX === 'on',
      ...(env.UPSTREAM_TIMEOUT_MS !== undefined && { timeoutMs: env.UPSTREAM_TIMEOUT_MS }),
      allowInsecureUpstream: env.ALLOW_INSECURE_UPSTREAM === 'on',
      ...(env.catalog && { catalog: env.catalog }),
    },
    ingest: {
      maxBodyBytes: env.MAX_BODY_BYTES,
      maxBatchItems: env.MAX_BATCH_ITEMS,
      bodyIdleMs: env.BODY_IDLE_TIMEOUT_MS,
      bodyMinBytesPerSecond: env.BODY_MIN_BYTES_PER_SECOND,
      maxConcurrentBodies: env.MAX_CONCURRENT_BODIES,
      bodyWaitMs: env.BODY_WAIT_TIMEOUT_MS,
      maxConcurrentCreates: env.MAX_CONCURRENT_CREATES,
      minFreeDiskBytes: env.MIN_FREE_DISK_BYTES,
    },
    files: { maxConcurrentStreams: env.MAX_CONCURRENT_STREAMS },
    events: { maxEventStreams: env.MAX_EVENT_STREAMS },
    batches: { inlineResultsMaxBytes: env.INLINE_RESULTS_MAX_BYTES },
    execution: {
      scratchFolder: join(env.DATA_DIR, 'scratch'),
      reconcileMs: env.RECONCILE_INTERVAL_MS,
      sweepMs: env.SWEEP_INTERVAL_MS,
      blobGraceMs: env.BLOB_GRACE_MS,
      ...(env.RETENTION_DAYS !== undefined && { retentionDays: env.RETENTION_DAYS }),
      ...(env.POLL_INTERVAL_MS !== undefined && { pollIntervalMs: env.POLL_INTERVAL_MS }),
    },
    webhooks: {
      secretsKeys: secretsKeys(env, persistence),
      allowedNetworks: env.WEBHOOK_ALLOWED_NETWORKS,
      timeoutMs: env.WEBHOOK_TIMEOUT_MS,
      retryMs: env.WEBHOOK_RETRY_MS,
    },
    work: env.ROLE !== 'api',
  };
}
