import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { Ids } from '../common/ids';
import { BlobStore } from './blob-store';
import { BLOBS_OPTIONS, ConfigurableModuleClass, type BlobsModuleOptions } from './blobs.module-definition';
import { LocalBlobStore } from './local/local-blob-store';

/** Where the bytes are kept. */
@Module({
  imports: [CommonModule],
  providers: [
    {
      provide: BlobStore,
      useFactory: ({ store }: BlobsModuleOptions, ids: Ids) =>
        store instanceof BlobStore ? store : new LocalBlobStore(store.folder, ids),
      inject: [BLOBS_OPTIONS, Ids],
    },
  ],
  exports: [BlobStore],
})
export class BlobsModule extends ConfigurableModuleClass {}
