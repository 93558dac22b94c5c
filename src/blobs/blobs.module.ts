import { Module } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CommonModule } from '../common/common.module';
import { Ids } from '../common/ids';
import { instanceOf } from '../common/instance-or-class';
import { BlobStore } from './blob-store';
import { BLOBS_OPTIONS, ConfigurableModuleClass, type BlobsModuleOptions } from './blobs.module-definition';
import { LocalBlobStore } from './local/local-blob-store';

/** Where the bytes are kept. */
@Module({
  imports: [CommonModule],
  providers: [
    {
      provide: BlobStore,
      useFactory: ({ store }: BlobsModuleOptions, ids: Ids, moduleRef: ModuleRef): Promise<BlobStore> | BlobStore =>
        'folder' in store ? new LocalBlobStore(store.folder, ids) : instanceOf(store, moduleRef),
      inject: [BLOBS_OPTIONS, Ids, ModuleRef],
    },
  ],
  exports: [BlobStore],
})
export class BlobsModule extends ConfigurableModuleClass {}
