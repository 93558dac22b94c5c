import { ConfigurableModuleBuilder } from '@nestjs/common';

export interface ExecutionModuleOptions {
  /** Whether this process does the background work. */
  readonly work: boolean;
  /** No other process works on this database, so leases found at the start belong to a former self. */
  readonly exclusive: boolean;
  /** Folder for downloads and encoded parts under way. */
  readonly scratchFolder: string;
  /** Takes the place of every provider's own poll interval; milliseconds. */
  readonly pollIntervalMs?: number;
  /** How long after its deadline a batch may wait for a provider to end it; milliseconds. */
  readonly drainMs?: number;
}

export const DEFAULT_DRAIN_MS = 3_600_000;

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: EXECUTION_OPTIONS } =
  new ConfigurableModuleBuilder<ExecutionModuleOptions>({ moduleName: 'Execution' })
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
