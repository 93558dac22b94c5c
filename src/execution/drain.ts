import { Inject, Injectable } from '@nestjs/common';
import { showsThatSomeRan } from '../batches/attempt';
import type { BatchEntity } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import { Clock } from '../common/clock';
import type { ProviderAdapter } from '../providers/contract/adapter';
import {
  DEFAULT_DRAIN_MS,
  DISCARDING_DRAIN_MS,
  EXECUTION_OPTIONS,
  type ExecutionModuleOptions,
} from './execution.module-definition';

/** The time after the deadline of its batch that a part waits for its provider to end it. */
@Injectable()
export class Drain {
  constructor(
    @Inject(EXECUTION_OPTIONS) private readonly options: ExecutionModuleOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Counted from when the deadline was noticed: after a long downtime the provider gets its time all the same.
   * @param adapter undefined when the provider is no longer configured
   */
  isOver(
    part: Pick<PartEntity, 'remoteCounts' | 'cancelSentAt'>,
    { deadlinePassedAt }: Pick<BatchEntity, 'deadlinePassedAt'>,
    adapter: Pick<ProviderAdapter, 'capabilities'> | undefined,
  ): boolean {
    if (deadlinePassedAt === null) return false;
    const wouldLose =
      adapter?.capabilities.cancel === 'discards' && part.cancelSentAt === null && showsThatSomeRan(part);
    return this.clock.now() >= deadlinePassedAt.getTime() + this.lengthMs(wouldLose);
  }

  /** @param wouldLose whether to stop then would lose what ran */
  lengthMs(wouldLose: boolean): number {
    return (this.options.drainMs ?? DEFAULT_DRAIN_MS) + (wouldLose ? DISCARDING_DRAIN_MS : 0);
  }
}
