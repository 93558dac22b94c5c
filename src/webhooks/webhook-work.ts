import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Loop } from '../execution/loop';
import { TurnsStore } from '../execution/reconcile/turns.store';
import { Database } from '../persistence/database';
import { DeliveriesStore } from './deliveries.store';
import { DeliverySender } from './delivery-sender';
import { WebhookSecrets } from './webhook-secrets';
import { WEBHOOKS_OPTIONS, type WebhooksModuleOptions } from './webhooks.options';

const LOOK_MS = 15_000;
const SWEEP_MS = 3_600_000;
const KEPT_MS = 30 * 24 * 3_600_000;
const DELETED_AT_ONCE = 1_000;

/** What a process that does background work does for webhooks: send them, and forget what is old. */
@Injectable()
export class WebhookWork implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly works: boolean;
  private readonly sweep: Loop;
  private readonly stopping = new AbortController();

  constructor(
    @Inject(WEBHOOKS_OPTIONS) { work = true }: WebhooksModuleOptions,
    private readonly sender: DeliverySender,
    private readonly deliveries: DeliveriesStore,
    private readonly turns: TurnsStore,
    private readonly secrets: WebhookSecrets,
    private readonly database: Database,
    clock: Clock,
  ) {
    this.works = work;
    this.sweep = new Loop('sweep of webhook deliveries', clock);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.works) return;
    this.sweep.start(LOOK_MS, () => this.deleteOld());
    if (!this.secrets.areConfigured) return;
    if (this.database.facts.embedded) await this.deliveries.releaseAll();
    this.sender.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.sender.stop(), this.sweep.stop()]);
  }

  /** Not a check of the reconciliation, whose findings are what is wrong: that a row is old is not. */
  private async deleteOld(): Promise<void> {
    if (!(await this.turns.take('webhooks.sweep', SWEEP_MS))) return;
    while (!this.stopping.signal.aborted) {
      if ((await this.deliveries.deleteOld(KEPT_MS, DELETED_AT_ONCE)) < DELETED_AT_ONCE) return;
    }
  }
}
