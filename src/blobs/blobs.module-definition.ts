import { defineModule } from '../common/define-module';
import type { InstanceOrClass } from '../common/instance-or-class';
import type { BlobStore } from './blob-store';

export interface BlobsModuleOptions {
  /** A folder for the local store, or a store of the host's own. Every process must see the same bytes. */
  readonly store: { readonly folder: string } | InstanceOrClass<BlobStore>;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: BLOBS_OPTIONS } = defineModule<BlobsModuleOptions>({
  name: 'Blobs',
  needs: [],
});
