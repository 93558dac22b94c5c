import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { BlobStore } from './blob-store';

export interface BlobsModuleOptions {
  /** A folder for the default local store, or a store of the host's own. */
  readonly store: { readonly folder: string } | BlobStore;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: BLOBS_OPTIONS } =
  new ConfigurableModuleBuilder<BlobsModuleOptions>({ moduleName: 'Blobs' })
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
