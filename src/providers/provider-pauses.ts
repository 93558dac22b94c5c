import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';

const PAUSE_MS = 60_000;

export interface ProviderPause {
  readonly provider: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Providers that refused our credentials: no batch is at fault, so their queue waits and health shows it. */
@Injectable()
export class ProviderPauses {
  private readonly pauses = new Map<string, ProviderPause>();

  constructor(private readonly clock: Clock) {}

  /** Pauses a provider for a minute and returns when to try again, in ms since the epoch. */
  pause(provider: string): number {
    const until = this.clock.now() + PAUSE_MS;
    this.pauses.set(provider, { provider, until });
    return until;
  }

  /** When to try that provider again, or null when it is not paused. */
  pausedUntil(provider: string): number | null {
    const pause = this.pauses.get(provider);
    return pause && pause.until > this.clock.now() ? pause.until : null;
  }

  /** The pauses in force. */
  list(): ProviderPause[] {
    return [...this.pauses.values()].filter((pause) => pause.until > this.clock.now());
  }
}
