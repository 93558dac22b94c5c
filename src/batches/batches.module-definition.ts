import { ConfigurableModuleBuilder } from '@nestjs/common';

export interface BatchesModuleOptions {
  /** Results longer than this are left to the files. */
  readonly inlineResultsMaxBytes: number;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: BATCHES_OPTIONS } =
  new ConfigurableModuleBuilder<BatchesModuleOptions>({ moduleName: 'Batches' })
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
