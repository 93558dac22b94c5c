import { Injectable } from '@nestjs/common';
import { PollsStore } from '../batches/polls.store';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { ProviderPauses } from '../providers/provider-pauses';
import { Loop } from './loop';
import { PartLeases } from './part-leases';
import { PollsUnderWay } from './polls-under-way';

const EVERY_MS = 250;
/** Polls of one provider at once, so that one that hangs holds up nobody else's. */
const CONCURRENCY = 200;

/** Polls upstream jobs whose time has come: claimed in bulk and, where nothing but counts is new, written in bulk. */
@Injectable()
export class Poller {
  private readonly logger = new SafeLogger(Poller.name);
  private readonly loop: Loop;

  constructor(
    private readonly polls: PollsStore,
    private readonly underWay: PollsUnderWay,
    private readonly leases: PartLeases,
    private readonly pauses: ProviderPauses,
    clock: Clock,
  ) {
    this.loop = new Loop('polls', clock);
  }

  start(): void {
    this.loop.start(EVERY_MS, () => this.pollDue());
  }

  /** Resolves once the polls under way have ended and are written. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.underWay.ended();
    await this.underWay.write().catch((error: unknown) => {
      // The leases lapse, and the parts come up again elsewhere.
      this.logger.error({ err: error }, 'The last polls could not be written');
    });
  }

  /** A few statements, however many polls are due. */
  private async pollDue(): Promise<void> {
    await this.underWay.write();
    await this.underWay.renew();
    if (this.leases.stopped.aborted) return;
    const busy = this.underWay.byProvider();
    for (const provider of this.pauses.without('polls')) busy.set(provider, CONCURRENCY);
    for (const claimed of await this.polls.claim(CONCURRENCY, busy)) this.underWay.begin(claimed);
  }
}
