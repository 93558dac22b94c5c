import { AuthModule } from '../auth/auth.module';
import { BlobsModule } from '../blobs/blobs.module';
import { defineHttpModule } from '../common/define-module';
import { PersistenceModule } from '../persistence/persistence.module';
import { FilesController } from './files.controller';

export const { ConfigurableModuleClass } = defineHttpModule<object>(
  { name: 'Files', needs: [PersistenceModule, BlobsModule, AuthModule] },
  [FilesController],
);
