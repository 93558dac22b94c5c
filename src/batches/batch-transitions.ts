import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { BatchEntity } from './batch.entity';
import type { BatchStatus } from './batch-status';

/** A batch that is coming to be, or that changes its status. */
export interface BatchTransition {
  /** The batch as it was before; its `status` is the old one. */
  readonly batch: Readonly<BatchEntity>;
  /** Null for a batch that is being created. */
  readonly from: BatchStatus | null;
  readonly to: BatchStatus;
}

/** Runs inside the transaction of the change, once the batch's row is as it will be: what it writes with `tx` is stored with it, and what it throws undoes it. */
export type TransitionHook = (transition: BatchTransition, tx: EntityManager) => void | Promise<void>;

/** Where higher modules hang what must happen with every change of a batch's status. */
@Injectable()
export class BatchTransitions {
  private readonly hooks: TransitionHook[] = [];

  register(hook: TransitionHook): void {
    this.hooks.push(hook);
  }

  async announce(transition: BatchTransition, tx: EntityManager): Promise<void> {
    for (const hook of this.hooks) await hook(transition, tx);
  }
}
