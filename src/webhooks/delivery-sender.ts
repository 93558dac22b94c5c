import { Injectable } from '@nestjs/common';
import { SafeLogger } from '../common/safe-logger';
import { DeliveriesStore, type DueDelivery } from './deliveries.store';
import { DeliveryAttempts } from './delivery-attempts';
import { DeliveryWake } from './delivery-wake';
import { SendingPlaces } from './sending-places';
import type { WebhookDeliveryEntity } from './webhook-delivery.entity';

/** A delivery of another process's, or whose time has come, is found so soon. */
const LOOK_MS = 1_000;
const AT_ONCE = 64;

/** Finds the deliveries that are due, claims them in bulk and sends them side by side. */
@Injectable()
export class DeliverySender {
  private readonly logger = new SafeLogger(DeliverySender.name);
  private readonly stopping = new AbortController();
  private readonly places = new SendingPlaces();
  private readonly running = new Set<Promise<void>>();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly deliveries: DeliveriesStore,
    private readonly attempts: DeliveryAttempts,
    private readonly wake: DeliveryWake,
  ) {}

  start(): void {
    this.loop = this.run();
  }

  /** Cuts what is under way short; it is sent again by whoever works next. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The process is stopping'));
    this.wake.now();
    await this.loop;
    await Promise.all(this.running);
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.sendDue().catch((error: unknown) =>
        this.logger.error({ err: error }, 'Webhooks that are due could not be looked up'),
      );
      await this.wake.sleep(LOOK_MS);
    }
  }

  private async sendDue(): Promise<void> {
    while (this.places.free > 0 && !this.stopping.signal.aborted) {
      const due = await this.deliveries.listDue(AT_ONCE, this.places.busy());
      const placed = due.filter((delivery) => this.places.take(delivery));
      if (placed.length > 0) await this.claim(placed);
      // Else there may be more of others, behind those of endpoints that just became busy.
      if (due.length < AT_ONCE || placed.length === 0) return;
    }
  }

  private async claim(placed: readonly DueDelivery[]): Promise<void> {
    const ids = placed.map(({ id }) => id);
    const claimed = await this.deliveries.claim(ids, this.attempts.leaseMs).catch((error: unknown) => {
      for (const delivery of placed) this.places.leave(delivery);
      throw error;
    });
    const ours = new Set(claimed.map(({ id }) => id));
    for (const delivery of placed) if (!ours.has(delivery.id)) this.places.leave(delivery);
    for (const delivery of claimed) this.begin(delivery);
  }

  private begin(delivery: WebhookDeliveryEntity): void {
    const run: Promise<void> = this.attempts
      .make(delivery, this.stopping.signal)
      .catch((error: unknown) =>
        // Its lease runs out, and it is sent again.
        this.logger.error({ err: error, delivery_id: delivery.id }, 'What became of a webhook could not be noted'),
      )
      .finally(() => {
        this.running.delete(run);
        this.places.leave(delivery);
        this.wake.now();
      });
    this.running.add(run);
  }
}
