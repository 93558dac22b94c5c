import { AuthModule } from '../auth/auth.module';
import { BatchesModule } from '../batches/batches.module';
import { defineHttpModule } from '../common/define-module';
import { MetricsModule } from '../metrics/metrics.module';
import { PersistenceModule } from '../persistence/persistence.module';
import { EventsController } from './events.controller';
import { EVENTS_OPTIONS, type EventsModuleOptions } from './events.options';

export const { ConfigurableModuleClass } = defineHttpModule<EventsModuleOptions>(
  { name: 'Events', needs: [MetricsModule, PersistenceModule, AuthModule, BatchesModule], token: EVENTS_OPTIONS },
  [EventsController],
);
