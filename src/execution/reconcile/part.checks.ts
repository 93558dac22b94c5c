import { Injectable } from '@nestjs/common';
import { AuditStore, type OverduePart } from '../../batches/audit.store';
import { nextJob } from '../../batches/part-jobs';
import { Database } from '../../persistence/database';
import { JobQueue } from '../../queue/job-queue';
import type { Job } from '../../queue/job';
import type { Check, Finding } from './check';

const AT_ONCE = 1000;
const LOST_AFTER_MS = 60_000;
const STUCK_AFTER_MS = 15 * 60_000;
/** Tried with growing patience: some minutes. */
const FAILED_READS = 10;

/** Parts that want a step and that no job is waiting for. */
@Injectable()
export class LostJobs implements Check {
  readonly kind = 'lost_job';
  readonly scope = 'rows';

  constructor(
    private readonly audit: AuditStore,
    private readonly database: Database,
    private readonly queue: JobQueue,
  ) {}

  async *find(): AsyncGenerator<Finding> {
    const overdue = await this.audit.overdueParts(LOST_AFTER_MS, AT_ONCE);
    const waiting = await this.queue.waiting(overdue.flatMap((part) => nextJob(part.id, part.state) ?? []));
    for (const part of overdue) {
      const job = nextJob(part.id, part.state);
      if (!job || waiting.some(({ queue, key }) => queue === job.queue && key === job.key)) continue;
      yield {
        subject: part.id,
        message: `No job waits for the part, ${ofPart(part)}`,
        repair: () => this.enqueue(job),
      };
    }
  }

  private async enqueue(job: Job): Promise<boolean> {
    await this.database.transaction((tx) => this.queue.enqueue(job, tx));
    return true;
  }
}

/** Parts that nobody has taken a step further for a long time: too few workers, or a step that never comes to its end. */
@Injectable()
export class StuckParts implements Check {
  readonly kind = 'stuck_part';
  readonly scope = 'rows';

  constructor(private readonly audit: AuditStore) {}

  async *find(): AsyncGenerator<Finding> {
    const steps = await this.audit.overdueParts(STUCK_AFTER_MS, AT_ONCE);
    for (const part of [...steps, ...(await this.audit.overduePolls(STUCK_AFTER_MS, AT_ONCE))]) {
      yield { subject: part.id, message: `Nobody takes the part further, ${ofPart(part)}` };
    }
  }
}

/** Parts of which nobody can tell whether their create took place. */
@Injectable()
export class ParkedPartsCheck implements Check {
  readonly kind = 'parked_part';
  readonly scope = 'rows';

  constructor(private readonly audit: AuditStore) {}

  async *find(): AsyncGenerator<Finding> {
    for (const { id, batch_id, provider, create_sent_at } of await this.audit.parkedParts(AT_ONCE)) {
      const message = `The part of ${batch_id} needs an operator: ${provider} gave no answer to the create of ${create_sent_at.toISOString()}`;
      yield { subject: id, message };
    }
  }
}

/** Parts whose job has ended and whose results cannot be read: providers keep them for a time only. */
@Injectable()
export class UnreadResults implements Check {
  readonly kind = 'unread_results';
  readonly scope = 'rows';

  constructor(private readonly audit: AuditStore) {}

  async *find(): AsyncGenerator<Finding> {
    for (const { id, batch_id, provider, failures } of await this.audit.unreadParts(FAILED_READS, AT_ONCE)) {
      const message = `The results of the part of ${batch_id} could not be read from ${provider} ${failures} times in a row`;
      yield { subject: id, message };
    }
  }
}

function ofPart({ batch_id, provider, state, due_at }: OverduePart): string {
  return `${state} at ${provider}, of ${batch_id}, due since ${due_at.toISOString()}`;
}
