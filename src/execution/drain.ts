import { Inject, Injectable } from '@nestjs/common';
import type { BatchEntity } from '../batches/batch.entity';
import { Clock } from '../common/clock';
import { DEFAULT_DRAIN_MS, EXECUTION_OPTIONS, type ExecutionModuleOptions } from './execution.module-definition';

/** The time after its deadline that a batch waits for its provider to end it. */
@Injectable()
export class Drain {
  constructor(
    @Inject(EXECUTION_OPTIONS) private readonly options: ExecutionModuleOptions,
    private readonly clock: Clock,
  ) {}

  /** Counted from when the deadline was noticed: after a long downtime the provider gets its time all the same. */
  isOver({ deadlinePassedAt }: Pick<BatchEntity, 'deadlinePassedAt'>): boolean {
    if (deadlinePassedAt === null) return false;
    return this.clock.now() >= deadlinePassedAt.getTime() + (this.options.drainMs ?? DEFAULT_DRAIN_MS);
  }
}
