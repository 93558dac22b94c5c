import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import type { BatchStatus } from '../batches/batch-status';
import { BatchTransitions, type BatchTransition } from '../batches/batch-transitions';
import { Clock } from '../common/clock';
import { afterCommit } from '../persistence/transaction-context';

/** What happened to a batch. Timestamps are milliseconds since the Unix epoch. */
export interface BatchEvent {
  readonly type: 'batch.created' | `batch.${Exclude<BatchStatus, 'validating'>}`;
  readonly at: number;
  readonly batch: {
    readonly id: string;
    readonly owner_id: string;
    readonly status: BatchStatus;
    readonly model: string;
    readonly provider: string;
    /** How many items it has. */
    readonly total: number;
  };
}

/**
 * The changes of status that this process makes, each once it is committed. A change that another process makes is told
 * there, and one that is made just before a process is killed is told nowhere: whoever must not miss one asks for the batch.
 */
@Injectable()
export class BatchEvents implements OnApplicationShutdown {
  private readonly subject = new Subject<BatchEvent>();

  /** @internal */
  constructor(
    transitions: BatchTransitions,
    private readonly clock: Clock,
  ) {
    transitions.register((transition) => afterCommit(() => this.subject.next(this.eventOf(transition))));
  }

  /** Completes when the application ends. */
  get stream(): Observable<BatchEvent> {
    return this.subject.asObservable();
  }

  onApplicationShutdown(): void {
    this.subject.complete();
  }

  private eventOf({ batch, to }: BatchTransition): BatchEvent {
    const { id, ownerId, model, provider, total } = batch;
    return {
      type: to === 'validating' ? 'batch.created' : `batch.${to}`,
      at: this.clock.now(),
      batch: { id, owner_id: ownerId, status: to, model, provider, total },
    };
  }
}
