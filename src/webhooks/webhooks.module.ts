import { Module } from '@nestjs/common';
import { Clock } from '../common/clock';
import { CommonModule } from '../common/common.module';
import { DeliveriesService } from './deliveries.service';
import { DeliveriesStore } from './deliveries.store';
import { DeliveryAttempts } from './delivery-attempts';
import { DeliveryOutbox } from './delivery-outbox';
import { DeliveryRequest } from './delivery-request';
import { DeliverySender } from './delivery-sender';
import { DeliveryWake } from './delivery-wake';
import { EndpointsStore } from './endpoints.store';
import { HostNames, SystemHostNames } from './host-names';
import { RetryPlan } from './retry-plan';
import { TargetAddresses } from './target-addresses';
import { TargetCheck } from './target-check';
import { TargetDispatcher } from './target-dispatcher';
import { WebhookMetrics } from './webhook-metrics';
import { WebhookReseal } from './webhook-reseal';
import { WebhookSecrets } from './webhook-secrets';
import { WebhookWork } from './webhook-work';
import { ConfigurableModuleClass } from './webhooks.module-definition';
import { WebhooksService } from './webhooks.service';

const SENDING = [DeliveryAttempts, DeliveryRequest, DeliverySender, RetryPlan, TargetDispatcher, WebhookWork];

/** Tells owners of their batches where they want to hear of them. */
@Module({
  imports: [CommonModule],
  providers: [
    ...SENDING,
    DeliveriesService,
    DeliveriesStore,
    DeliveryOutbox,
    DeliveryWake,
    EndpointsStore,
    TargetAddresses,
    TargetCheck,
    WebhookMetrics,
    WebhookReseal,
    WebhookSecrets,
    WebhooksService,
    { provide: HostNames, useFactory: (clock: Clock) => new SystemHostNames(clock), inject: [Clock] },
  ],
  exports: [WebhookReseal],
})
export class WebhooksModule extends ConfigurableModuleClass {}
