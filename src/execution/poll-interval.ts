import { Inject, Injectable } from '@nestjs/common';
import { Random } from '../common/random';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { EXECUTION_OPTIONS, type ExecutionModuleOptions } from './execution.module-definition';

/** A tenth either way, so that parts sent together do not stay together. */
const JITTER = 0.1;
/** Polls that must pass before an empty look-up counts: lists lag behind creates. */
const QUIET_POLLS = 3;
const LONGEST_CAPACITY_MS = 15 * 60_000;

/** How often a provider is asked. */
@Injectable()
export class PollInterval {
  constructor(
    @Inject(EXECUTION_OPTIONS) private readonly options: ExecutionModuleOptions,
    @Inject(Random) private readonly random: Random,
  ) {}

  /** Milliseconds until the next poll. */
  next(adapter: ProviderAdapter): number {
    return Math.round(this.base(adapter) * (1 + JITTER * (2 * this.random.fraction() - 1)));
  }

  /** Milliseconds to wait before a create that was not found is looked for again. */
  quiet(adapter: ProviderAdapter): number {
    return this.base(adapter) * QUIET_POLLS;
  }

  /** Milliseconds to wait for room at the provider, after that many attempts. */
  capacity(adapter: ProviderAdapter, attempts: number): number {
    return Math.min(LONGEST_CAPACITY_MS, this.quiet(adapter) * 2 ** Math.min(attempts - 1, 16));
  }

  private base(adapter: ProviderAdapter): number {
    return this.options.pollIntervalMs ?? adapter.capabilities.pollIntervalMs;
  }
}
