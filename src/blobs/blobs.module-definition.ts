import { defineModule } from '../common/define-module';
import type { InstanceOrClass } from '../common/instance-or-class';
import type { BlobStore } from './blob-store';
import type { S3StoreOptions } from './s3/s3-store-options';

export interface BlobsModuleOptions {
  /** A folder for the local store, a bucket, or a store of the host's own. Every process must see the same bytes. */
  readonly store: { readonly folder: string } | { readonly s3: S3StoreOptions } | InstanceOrClass<BlobStore>;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: BLOBS_OPTIONS } = defineModule<BlobsModuleOptions>({
  name: 'Blobs',
  needs: [],
});
