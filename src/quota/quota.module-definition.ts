import { ConfigurableModuleBuilder } from '@nestjs/common';

export interface QuotaModuleOptions {
  /** Active batches an owner may have, where the owner's row names no number of its own. */
  readonly batchLimitPerOwner: number;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: QUOTA_OPTIONS } =
  new ConfigurableModuleBuilder<QuotaModuleOptions>({ moduleName: 'Quota' })
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
