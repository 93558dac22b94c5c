import { AuthModule } from '../auth/auth.module';
import { BlobsModule } from '../blobs/blobs.module';
import { defineHttpModule } from '../common/define-module';
import { PersistenceModule } from '../persistence/persistence.module';
import { FilesController } from './files.controller';
import { FILES_OPTIONS, type FilesModuleOptions } from './files.options';

export const { ConfigurableModuleClass } = defineHttpModule<FilesModuleOptions>(
  { name: 'Files', needs: [PersistenceModule, BlobsModule, AuthModule], token: FILES_OPTIONS },
  [FilesController],
);
