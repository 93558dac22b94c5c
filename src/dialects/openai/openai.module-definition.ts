import { AuthModule } from '../../auth/auth.module';
import { BatchesModule } from '../../batches/batches.module';
import { defineHttpModule } from '../../common/define-module';
import { IngestModule } from '../../ingest/ingest.module';
import { PersistenceModule } from '../../persistence/persistence.module';
import { ProvidersModule } from '../../providers/providers.module';
import { QuotaModule } from '../../quota/quota.module';
import { OpenAiModelsController } from './openai-models.controller';
import { UploadsController } from './uploads.controller';

export const { ConfigurableModuleClass } = defineHttpModule<object>(
  { name: 'OpenAi', needs: [PersistenceModule, AuthModule, QuotaModule, ProvidersModule, IngestModule, BatchesModule] },
  [UploadsController, OpenAiModelsController],
);
