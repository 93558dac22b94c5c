import { Injectable } from '@nestjs/common';
import { IdempotencyStore } from '../../batches/idempotency.store';
import type { Check, Finding } from './check';

const AT_ONCE = 10_000;
/** They are in nobody's way: so the log has a line an hour about them and not a minute. */
const LEFT_MS = 3_600_000;

/** Idempotency keys that stand for nothing any more; those that are asked for again give way by themselves. */
@Injectable()
export class OverKeys implements Check {
  readonly kind = 'idempotency_keys';
  readonly scope = 'rows';

  constructor(private readonly keys: IdempotencyStore) {}

  async *find(): AsyncGenerator<Finding> {
    const found = await this.keys.countOver(LEFT_MS, AT_ONCE);
    if (found === 0) return;
    const message = `${found} or more idempotency keys are no longer kept`;
    yield { subject: 'idempotency_keys', message, repair: () => this.keys.deleteOver(AT_ONCE) };
  }
}
