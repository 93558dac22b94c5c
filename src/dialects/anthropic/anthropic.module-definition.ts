import { AuthModule } from '../../auth/auth.module';
import { BatchesModule } from '../../batches/batches.module';
import { defineHttpModule } from '../../common/define-module';
import { FilesModule } from '../../files/files.module';
import { IngestModule } from '../../ingest/ingest.module';
import { PersistenceModule } from '../../persistence/persistence.module';
import { MessageBatchesController } from './message-batches.controller';

export const { ConfigurableModuleClass } = defineHttpModule<object>(
  { name: 'Anthropic', needs: [PersistenceModule, AuthModule, FilesModule, IngestModule, BatchesModule] },
  [MessageBatchesController],
);
