import { Inject, Injectable } from '@nestjs/common';
import { Random } from '../common/random';
import { DEFAULT_WEBHOOK_RETRY_MS, WEBHOOKS_OPTIONS, type WebhooksModuleOptions } from './webhooks.options';

/** An endpoint cannot put us off for longer. */
const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;
const JITTER = 0.2;

/** When a delivery that failed is tried again. */
@Injectable()
export class RetryPlan {
  private readonly delays: readonly number[];

  constructor(
    @Inject(WEBHOOKS_OPTIONS) { retryMs = DEFAULT_WEBHOOK_RETRY_MS }: WebhooksModuleOptions,
    private readonly random: Random,
  ) {
    this.delays = retryMs;
  }

  /**
   * How long to wait after so many failures in a row, up to a fifth longer so that deliveries that failed together do not come
   * together again; null when it is given up.
   * @param retryAfterMs what the endpoint asked for, if it did; it makes the wait longer and never shorter
   */
  delayMs(failures: number, retryAfterMs: number | null): number | null {
    const delay = this.delays[failures - 1];
    if (delay === undefined) return null;
    const jittered = delay * (1 + JITTER * this.random.fraction());
    return Math.round(Math.max(jittered, Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)));
  }
}
