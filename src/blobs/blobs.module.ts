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
      useFactory: makeStore,
      inject: [BLOBS_OPTIONS, Ids, ModuleRef],
    },
  ],
  exports: [BlobStore],
})
export class BlobsModule extends ConfigurableModuleClass {}

async function makeStore({ store }: BlobsModuleOptions, ids: Ids, moduleRef: ModuleRef): Promise<BlobStore> {
  // A store of the host's own may well have a field that is called `s3`.
  if (typeof store === 'function' || 'write' in store) return instanceOf(store, moduleRef);
  if ('folder' in store) return new LocalBlobStore(store.folder, ids);
  // Loaded late: with it comes the SDK, which most processes never need.
  const { S3BlobStore } = await import('./s3/s3-blob-store.js');
  return new S3BlobStore(store.s3);
}
