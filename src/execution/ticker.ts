import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { ProviderPauses } from '../providers/provider-pauses';
import { Deadlines } from './deadlines';
import { DueParts } from './due-parts';
import { Loop } from './loop';
import { Slots } from './slots';

const EVERY_MS = 500;

/** Brings back parts whose time or turn has come or whose job was lost, and ends batches whose deadline has passed. */
@Injectable()
export class Ticker {
  private readonly loop: Loop;

  constructor(
    private readonly dueParts: DueParts,
    private readonly slots: Slots,
    private readonly deadlines: Deadlines,
    private readonly pauses: ProviderPauses,
    clock: Clock,
  ) {
    this.loop = new Loop('ticks', clock);
  }

  start(): void {
    this.loop.start(EVERY_MS, () => this.tick());
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async tick(): Promise<void> {
    await this.pauses.refresh();
    await this.deadlines.enforce();
    await this.slots.wakeWaiting();
    await this.dueParts.enqueue();
  }
}
