import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BatchTransitions, type BatchTransition } from '../batches/batch-transitions';
import { Database } from '../persistence/database';
import { Notifications } from '../persistence/notifications';
import { afterCommit } from '../persistence/transaction-context';

/** Called with the id of a batch whose status has changed. */
type Heard = (batchId: string) => void;

/** Tells every process of changes of status, by NOTIFY, and this one at once. It is a hint: one that is missed changes nothing. */
@Injectable()
export class BatchChanges {
  private heard: Heard = () => undefined;
  /** Of one installation: others may be in the same database. */
  private readonly channel: string;

  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    transitions: BatchTransitions,
  ) {
    this.channel = `${database.facts.placement.jobsSchema}_events`;
    transitions.register((transition, tx) => this.tell(transition, tx));
  }

  /** What other processes do is heard from the first call on. */
  hear(heard: Heard): void {
    this.heard = heard;
    this.notifications.hear(this.channel, heard);
  }

  private async tell({ batch: { id } }: BatchTransition, tx: EntityManager): Promise<void> {
    afterCommit(() => this.heard(id));
    if (!this.database.facts.embedded) await tx.query('SELECT pg_notify($1, $2)', [this.channel, id]);
  }
}
