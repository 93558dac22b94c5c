import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { SealBrokenError } from '../common/secret-box';
import { Database } from '../persistence/database';
import { DeliveriesStore } from './deliveries.store';
import { DeliveryRequest, type AttemptResult } from './delivery-request';
import { EndpointsStore } from './endpoints.store';
import { RetryPlan } from './retry-plan';
import type { WebhookDeliveryEntity } from './webhook-delivery.entity';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity';
import { WebhookMetrics } from './webhook-metrics';
import { WebhookSecrets } from './webhook-secrets';

const GONE = 410;
/** What noting the result of an attempt may take, beyond the attempt. */
const NOTING_MS = 5_000;
export const DISABLED = 'The webhook was disabled';

/** Makes one attempt at a delivery that was claimed, and writes what became of it. */
@Injectable()
export class DeliveryAttempts {
  private readonly logger = new SafeLogger(DeliveryAttempts.name);
  /** How long a delivery is the sender's, so that nobody else sends it meanwhile. */
  readonly leaseMs: number;

  constructor(
    private readonly request: DeliveryRequest,
    private readonly deliveries: DeliveriesStore,
    private readonly endpoints: EndpointsStore,
    private readonly secrets: WebhookSecrets,
    private readonly plan: RetryPlan,
    private readonly metrics: WebhookMetrics,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.leaseMs = request.timeoutMs + NOTING_MS;
  }

  async make(delivery: WebhookDeliveryEntity, stopping: AbortSignal): Promise<void> {
    const endpoint = await this.endpoints.find(delivery.endpointId);
    if (!endpoint) return;
    const result = await this.send(delivery, endpoint, stopping);
    if (result === null) return this.deliveries.settle(delivery, {});
    await this.note(delivery, endpoint, result);
    this.logger.log(
      { delivery_id: delivery.id, webhook_id: endpoint.id, status: result.statusCode, attempt: delivery.attempts },
      result.error === null ? 'A webhook was delivered' : 'A webhook was not delivered',
    );
  }

  /** Null when the process stops before there is an answer. */
  private async send(
    { id, payload }: WebhookDeliveryEntity,
    endpoint: WebhookEndpointEntity,
    stopping: AbortSignal,
  ): Promise<AttemptResult | null> {
    try {
      return await this.request.send({ id, payload, url: endpoint.url, secrets: this.secrets.of(endpoint) }, stopping);
    } catch (error) {
      if (stopping.aborted) return null;
      this.logger.error({ err: error, webhook_id: endpoint.id }, 'A webhook could not be sent');
      const isSealed = error instanceof SealBrokenError;
      return { statusCode: null, error: isSealed ? error.message : 'It could not be sent', retryAfterMs: null };
    }
  }

  private async note(
    delivery: WebhookDeliveryEntity,
    endpoint: WebhookEndpointEntity,
    result: AttemptResult,
  ): Promise<void> {
    const { statusCode, error, retryAfterMs } = result;
    const told = { lastStatusCode: statusCode, lastError: error };
    if (error === null) {
      this.metrics.attempts.inc({ outcome: 'delivered' });
      const deliveredAt = new Date(this.clock.now());
      return this.deliveries.settle(delivery, { ...told, status: 'delivered', failures: 0, deliveredAt });
    }
    const failures = delivery.failures + 1;
    const delay = statusCode === GONE ? null : this.plan.delayMs(failures, retryAfterMs);
    this.metrics.attempts.inc({ outcome: delay === null ? 'failed' : 'retried' });
    if (delay !== null) {
      const dueAt = new Date(this.clock.now() + delay);
      return this.deliveries.settle(delivery, { ...told, failures, dueAt });
    }
    const failed = { ...told, failures, status: 'failed' } as const;
    return statusCode === GONE ? this.disable(delivery, endpoint, failed) : this.deliveries.settle(delivery, failed);
  }

  /** It said that it is gone: nothing more is sent there until its owner says otherwise, or has meanwhile. */
  private async disable(
    delivery: WebhookDeliveryEntity,
    endpoint: WebhookEndpointEntity,
    failed: Parameters<DeliveriesStore['settle']>[1],
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      // The endpoint first, always, so that two transactions never wait for each other.
      const isDisabled = await this.endpoints.disableGone(endpoint, tx);
      await this.deliveries.settle(delivery, failed, tx);
      if (isDisabled) await this.deliveries.failPending(endpoint.id, DISABLED, tx);
    });
  }
}
