import type { DynamicModule, Type } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module';
import { BatchesModule } from '../batches/batches.module';
import { BlobsModule } from '../blobs/blobs.module';
import type { ImportedModule } from '../common/assert-imported';
import { AnthropicModule } from '../dialects/anthropic/anthropic.module';
import { OpenAiModule } from '../dialects/openai/openai.module';
import { EventsModule } from '../events/events.module';
import { ExecutionModule } from '../execution/execution.module';
import { FilesModule } from '../files/files.module';
import { HealthModule } from '../health/health.module';
import { IngestModule } from '../ingest/ingest.module';
import type { IngestModuleOptions } from '../ingest/ingest.module-definition';
import { MetricsModule } from '../metrics/metrics.module';
import { PersistenceModule } from '../persistence/persistence.module';
import { ProvidersModule } from '../providers/providers.module';
import { QueueModule } from '../queue/queue.module';
import { QuotaModule } from '../quota/quota.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { ENTITIES } from './entities';
import { MESHBATCH_OPTIONS, type MeshbatchExtras, type MeshbatchOptions } from './meshbatch.options';

/** The modules that have routes. */
export const API_MODULES: Type[] = [
  BatchesModule,
  EventsModule,
  FilesModule,
  ProvidersModule,
  OpenAiModule,
  AnthropicModule,
  WebhooksModule,
];

/** Makes every module once and gives each those that it works with, as a host that composes them itself would. */
export function compose(options: ImportedModule, { imports = [], http = true, routePrefix }: MeshbatchExtras) {
  const from = <T>(pick: (all: MeshbatchOptions) => T, ...needs: DynamicModule[]) => ({
    imports: [options, ...imports, ...needs],
    inject: [MESHBATCH_OPTIONS],
    useFactory: pick,
    http,
  });
  const withDatabase = ({ persistence }: MeshbatchOptions) => ({ ...persistence, entities: ENTITIES });
  const works = ({ work }: MeshbatchOptions) => (work === undefined ? {} : { work });

  const metrics = MetricsModule.forRootAsync(from((all) => all.metrics ?? {}));
  const database = PersistenceModule.forRootAsync(from(withDatabase));
  const blobs = BlobsModule.forRootAsync(from((all) => all.blobs));
  const queue = QueueModule.forRootAsync(from(works, metrics, database));
  const auth = AuthModule.forRootAsync(from((all) => all.auth ?? {}, metrics, database));
  const quota = QuotaModule.forRootAsync(from((all) => all.quota ?? {}, database));
  const providers = ProvidersModule.forRootAsync(from((all) => all.providers ?? {}, metrics, database, blobs, auth));
  const files = FilesModule.forRootAsync(from((all) => all.files ?? {}, database, blobs, auth));
  const ingest = IngestModule.forRootAsync(from(ingestOptions, metrics, providers, blobs));
  const batches = BatchesModule.forRootAsync(
    from((all) => all.batches ?? {}, metrics, database, queue, auth, quota, providers, files, ingest),
  );
  const execution = ExecutionModule.forRootAsync(
    from((all) => ({ ...all.execution, ...works(all) }), metrics, database, queue, blobs, providers, files, batches),
  );
  const openai = OpenAiModule.forRoot({ imports: [database, auth, quota, providers, ingest, batches], http });
  const events = EventsModule.forRootAsync(from((all) => all.events ?? {}, metrics, database, auth, batches));
  const webhooks = WebhooksModule.forRootAsync(
    from((all) => ({ ...all.webhooks, ...works(all) }), metrics, database, auth, batches, execution),
  );
  const anthropic = AnthropicModule.forRoot({ imports: [database, auth, files, ingest, batches], http });
  const health = HealthModule.forRoot({ imports: [providers] });

  const prefixed = http && routePrefix ? [RouterModule.register(routes(routePrefix))] : [];
  return {
    imports: [
      metrics,
      database,
      blobs,
      queue,
      auth,
      quota,
      providers,
      files,
      ingest,
      batches,
      execution,
      webhooks,
      openai,
      anthropic,
      events,
      health,
      ...prefixed,
    ],
    exports: [metrics, auth, quota, providers, batches, execution, webhooks, events, health],
  };
}

/** What is kept on local disks is in these folders, unless the host says otherwise. */
function ingestOptions({ blobs: { store }, execution, work, ingest }: MeshbatchOptions): IngestModuleOptions {
  const blobs = typeof store !== 'function' && 'folder' in store && !('write' in store) ? [store.folder] : [];
  const scratch = work === false || execution?.scratchFolder === undefined ? [] : [execution.scratchFolder];
  return { diskFolders: [...blobs, ...scratch], ...ingest };
}

function routes(routePrefix: string) {
  return API_MODULES.map((module) => ({ path: routePrefix, module }));
}
