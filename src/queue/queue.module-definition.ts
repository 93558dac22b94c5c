import { ConfigurableModuleBuilder } from '@nestjs/common';

export interface QueueModuleOptions {
  /** Whether this process runs jobs, or only enqueues them. */
  readonly work: boolean;
  /** Whether the database is a server with connections to spare, so that one can listen for wake-ups. */
  readonly listen: boolean;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: QUEUE_OPTIONS } =
  new ConfigurableModuleBuilder<QueueModuleOptions>({ moduleName: 'Queue' })
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
