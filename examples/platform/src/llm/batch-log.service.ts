import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { BatchEvents } from 'meshbatch';
import type { Subscription } from 'rxjs';

export interface LoggedEvent {
  type: string;
  batchId: string;
  ownerId: string;
}

const KEPT = 1000;

/** Remembers what happened to batches in this process; a real platform would send mail here, or write a bill. */
@Injectable()
export class BatchLog implements OnModuleInit, OnModuleDestroy {
  private readonly events: LoggedEvent[] = [];
  private subscription?: Subscription;

  constructor(private readonly batchEvents: BatchEvents) {}

  onModuleInit(): void {
    this.subscription = this.batchEvents.stream.subscribe(({ type, batch }) => {
      this.events.push({ type, batchId: batch.id, ownerId: batch.owner_id });
      if (this.events.length > KEPT) this.events.shift();
    });
  }

  onModuleDestroy(): void {
    this.subscription?.unsubscribe();
  }

  of(ownerId: string): LoggedEvent[] {
    return this.events.filter((event) => event.ownerId === ownerId);
  }
}
