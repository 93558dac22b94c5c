import { Inject, Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { Metrics } from '../metrics/metrics';
import { TooManyWrongKeysError, UnauthorizedError } from './auth.errors';
import { AUTH_OPTIONS, type AuthModuleOptions } from './auth.module-definition';
import { networkOf } from './network';

export const DEFAULT_WRONG_KEYS_PER_MINUTE = 60;
const WINDOW_MS = 60_000;
/** Bounds on what strangers can make a process remember; the oldest goes first. */
const MAX_NETWORKS = 10_000;
const MAX_PROVEN = 10_000;

/** The minute that began with the first wrong key of a network. */
interface Window {
  readonly endsAt: number;
  wrong: number;
  /** Look-ups under way, none of which rejects. */
  readonly pending: Set<Promise<void>>;
}

/**
 * Holds the wrong keys that come from one network to a number a minute: whatever comes above it is refused before the database is
 * asked. A key that this process has let in before is not counted and never refused for its neighbours' sake.
 */
@Injectable()
export class KeyAttempts {
  private readonly logger = new SafeLogger(KeyAttempts.name);
  private readonly windows = new Map<string, Window>();
  /** Hashes of keys that were let in. */
  private readonly proven = new Set<string>();
  private readonly limit: number;
  private readonly refusals: Counter<'reason'>;

  constructor(
    @Inject(AUTH_OPTIONS) { wrongKeysPerMinute = DEFAULT_WRONG_KEYS_PER_MINUTE }: AuthModuleOptions,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.limit = wrongKeysPerMinute;
    this.refusals = metrics.counter({
      name: 'meshbatch_refused_keys_total',
      help: 'Requests without a key that is let in, by reason: malformed (or none), wrong (unknown, revoked, expired), limited (too many wrong ones)',
      labelNames: ['reason'],
    });
  }

  /** Counts a request that brought nothing which could be a key; the database is not asked, so there is nothing to limit. */
  noteMalformed(): void {
    this.refusals.inc({ reason: 'malformed' });
  }

  /**
   * Runs `look`, which resolves to null for a wrong key. Throws {@link UnauthorizedError} for such a one, and
   * {@link TooManyWrongKeysError} without looking when its network had its number of them. Look-ups under way count as wrong
   * until they end, so that no burst gets past the limit: what they leave no room for waits.
   */
  async look<T>(hash: string, address: string | undefined, look: () => Promise<T | null>): Promise<T> {
    const network = networkOf(address);
    let window = this.windowOf(network);
    while (!this.proven.has(hash) && window.wrong + window.pending.size >= this.limit) {
      if (window.wrong >= this.limit) throw this.refuse(window);
      await Promise.race(window.pending);
      window = this.windowOf(network);
    }
    const looking = look();
    const ended = looking.then(nothing, nothing);
    window.pending.add(ended);
    try {
      const found = await looking;
      if (found === null) throw this.noteWrong(hash, network, window);
      keep(this.proven, hash);
      return found;
    } finally {
      window.pending.delete(ended);
      if (window.wrong + window.pending.size === 0) this.windows.delete(network);
    }
  }

  private windowOf(network: string): Window {
    const now = this.clock.now();
    const known = this.windows.get(network);
    if (known && known.endsAt > now) return known;
    const window = { endsAt: now + WINDOW_MS, wrong: 0, pending: new Set<Promise<void>>() };
    this.windows.delete(network);
    this.windows.set(network, window);
    dropOldest(this.windows, MAX_NETWORKS);
    return window;
  }

  private refuse({ endsAt }: Window): TooManyWrongKeysError {
    this.refusals.inc({ reason: 'limited' });
    return new TooManyWrongKeysError(Math.max(1, Math.ceil((endsAt - this.clock.now()) / 1000)));
  }

  /** Told in the log at the first and at the last that is looked up, so that a flood of keys is no flood of lines. */
  private noteWrong(hash: string, network: string, window: Window): UnauthorizedError {
    this.proven.delete(hash);
    this.refusals.inc({ reason: 'wrong' });
    window.wrong += 1;
    const fields = { event: 'wrong_api_key', address: network, count: window.wrong };
    if (window.wrong >= this.limit)
      this.logger.warn(fields, 'Too many wrong API keys: no new ones are looked up for now');
    else if (window.wrong === 1) this.logger.warn(fields, 'A wrong API key');
    return new UnauthorizedError();
  }
}

function nothing(): void {}

/** Puts an entry last, and lets the first go when there are too many. */
function keep(entries: Set<string>, entry: string): void {
  entries.delete(entry);
  entries.add(entry);
  dropOldest(entries, MAX_PROVEN);
}

function dropOldest(entries: Set<string> | Map<string, unknown>, most: number): void {
  if (entries.size <= most) return;
  for (const oldest of entries.keys()) return void entries.delete(oldest);
}
