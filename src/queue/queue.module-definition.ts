import { defineModule } from '../common/define-module';
import { MetricsModule } from '../metrics/metrics.module';
import { PersistenceModule } from '../persistence/persistence.module';

export interface QueueModuleOptions {
  /** Whether this process runs jobs, or only enqueues them; true when left out. */
  readonly work?: boolean;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: QUEUE_OPTIONS } = defineModule<QueueModuleOptions>({
  name: 'Queue',
  needs: [PersistenceModule, MetricsModule],
});
