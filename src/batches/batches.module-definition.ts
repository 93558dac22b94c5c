import { AuthModule } from '../auth/auth.module';
import { defineHttpModule } from '../common/define-module';
import { FilesModule } from '../files/files.module';
import { IngestModule } from '../ingest/ingest.module';
import { MetricsModule } from '../metrics/metrics.module';
import { PersistenceModule } from '../persistence/persistence.module';
import { QueueModule } from '../queue/queue.module';
import { ProvidersModule } from '../providers/providers.module';
import { QuotaModule } from '../quota/quota.module';
import { BatchesController } from './batches.controller';
import { BATCHES_OPTIONS, type BatchesModuleOptions } from './batches.options';
import { OpenAiBatchesController } from './openai-batches.controller';
import { RetryController } from './family/retry.controller';
import { ResultsController } from './results.controller';

export const { ConfigurableModuleClass } = defineHttpModule<BatchesModuleOptions>(
  {
    name: 'Batches',
    needs: [
      PersistenceModule,
      QueueModule,
      AuthModule,
      QuotaModule,
      ProvidersModule,
      FilesModule,
      IngestModule,
      MetricsModule,
    ],
    token: BATCHES_OPTIONS,
  },
  [BatchesController, OpenAiBatchesController, ResultsController, RetryController],
);
