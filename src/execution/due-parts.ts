import { Injectable } from '@nestjs/common';
import { nextJob } from '../batches/part-jobs';
import { PartsStore } from '../batches/parts.store';
import { Database } from '../persistence/database';
import { ProviderPauses } from '../providers/provider-pauses';
import { JobQueue } from '../queue/job-queue';

const AT_ONCE = 200;

/** Parts that want a step and that no job may be waiting for. */
@Injectable()
export class DueParts {
  constructor(
    private readonly parts: PartsStore,
    private readonly database: Database,
    private readonly queue: JobQueue,
    private readonly pauses: ProviderPauses,
  ) {}

  /** Enqueues their jobs; one that waits already is not doubled. */
  async enqueue(): Promise<void> {
    const due = await this.parts.listDue(AT_ONCE, this.pauses.without('submits'));
    if (due.length === 0) return;
    await this.database.transaction(async (tx) => {
      // In one order everywhere, so that two workers that insert the same jobs never wait for each other.
      for (const { id, state } of due.sort((a, b) => (a.id < b.id ? -1 : 1))) {
        const job = nextJob(id, state);
        if (job) await this.queue.enqueue(job, tx);
      }
    });
  }
}
