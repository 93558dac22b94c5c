import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Random } from '../common/random';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { EXECUTION_OPTIONS, type ExecutionModuleOptions } from './execution.module-definition';

/** A tenth either way, so that parts sent together do not stay together. */
const JITTER = 0.1;
/** Polls that must pass before an empty look-up counts: lists lag behind creates. */
const QUIET_POLLS = 3;
const LONGEST_ROOM_MS = 15 * 60_000;

/** How often a provider is asked. */
@Injectable()
export class PollInterval {
  constructor(
    @Inject(EXECUTION_OPTIONS) private readonly options: ExecutionModuleOptions,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /** When a job is to be asked about again. */
  nextPoll(adapter: ProviderAdapter): Date {
    return this.after(Math.round(this.base(adapter) * (1 + JITTER * (2 * this.random.fraction() - 1))));
  }

  /** When a create that was not found is to be looked for again. */
  nextLookup(adapter: ProviderAdapter): Date {
    return this.after(this.base(adapter) * QUIET_POLLS);
  }

  /** When there may be room at the provider again, after that many attempts. */
  nextRoom(adapter: ProviderAdapter, attempts: number): Date {
    return this.after(Math.min(LONGEST_ROOM_MS, this.base(adapter) * QUIET_POLLS * 2 ** Math.min(attempts - 1, 16)));
  }

  private after(ms: number): Date {
    return new Date(this.clock.now() + ms);
  }

  private base(adapter: ProviderAdapter): number {
    return this.options.pollIntervalMs ?? adapter.capabilities.pollIntervalMs;
  }
}
