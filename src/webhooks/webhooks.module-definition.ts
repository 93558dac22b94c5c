import { AuthModule } from '../auth/auth.module';
import { BatchesModule } from '../batches/batches.module';
import { defineHttpModule } from '../common/define-module';
import { ExecutionModule } from '../execution/execution.module';
import { MetricsModule } from '../metrics/metrics.module';
import { PersistenceModule } from '../persistence/persistence.module';
import { DeliveriesController } from './deliveries.controller';
import { WebhooksController } from './webhooks.controller';
import { WEBHOOKS_OPTIONS, type WebhooksModuleOptions } from './webhooks.options';

export const { ConfigurableModuleClass } = defineHttpModule<WebhooksModuleOptions>(
  {
    name: 'Webhooks',
    needs: [PersistenceModule, AuthModule, BatchesModule, ExecutionModule, MetricsModule],
    token: WEBHOOKS_OPTIONS,
  },
  [WebhooksController, DeliveriesController],
);
