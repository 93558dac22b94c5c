import { ConfigurableModuleBuilder } from '@nestjs/common';

export interface IngestModuleOptions {
  /** Most bytes of a body, decoded. */
  readonly maxBodyBytes: number;
  readonly maxBatchItems: number;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: INGEST_OPTIONS } =
  new ConfigurableModuleBuilder<IngestModuleOptions>({ moduleName: 'Ingest' })
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
