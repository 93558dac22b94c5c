import { Injectable } from '@nestjs/common';
import { PartsStore, type Lease } from '../batches/parts.store';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { Loop } from './loop';
import { PartRunner } from './part-runner';

const EVERY_MS = 250;
const CONCURRENCY = 50;

/** Polls upstream jobs whose time has come, claimed in bulk. */
@Injectable()
export class Poller {
  private readonly logger = new SafeLogger(Poller.name);
  private readonly loop: Loop;
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly parts: PartsStore,
    private readonly runner: PartRunner,
    clock: Clock,
  ) {
    this.loop = new Loop('polls', clock);
  }

  start(): void {
    this.loop.start(EVERY_MS, () => this.pollDue());
  }

  /** Resolves once the polls under way have ended. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.underWay);
  }

  private async pollDue(): Promise<void> {
    const free = CONCURRENCY - this.underWay.size;
    if (free === 0) return;
    for (const lease of await this.parts.claimDuePolls(free)) {
      const poll: Promise<void> = this.poll(lease).finally(() => this.underWay.delete(poll));
      this.underWay.add(poll);
    }
  }

  private async poll(lease: Lease): Promise<void> {
    await this.runner.advanceClaimed(lease).catch((error: unknown) => {
      // The row could not even be written: the lease lapses and the part comes up again.
      this.logger.error({ err: error, part_id: lease.partId }, 'A poll met an error');
    });
  }
}
