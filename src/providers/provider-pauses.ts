import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import { ProviderPauseEntity, type PausedCalls, type PauseReason } from './provider-pause.entity';

/** How long the others wait for the one that is sent first after a pause; if that tells nothing, another goes. */
export const PROBE_MS = 10_000;

export interface ProviderPause {
  readonly provider: string;
  readonly calls: PausedCalls;
  readonly reason: PauseReason;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** The longer pause stands, and its reason; but what a probe of ours was told takes the place of the wait for it. */
const upsert = (pauses: string) => `INSERT INTO ${pauses} AS pause (provider, calls, reason, paused_until)
  VALUES ($1, $2, $3, $4)
  ON CONFLICT (provider, calls) DO UPDATE SET
    reason = CASE WHEN EXCLUDED.paused_until >= pause.paused_until OR pause.paused_until = $5
      THEN EXCLUDED.reason ELSE pause.reason END,
    paused_until = CASE WHEN pause.paused_until = $5
      THEN EXCLUDED.paused_until ELSE GREATEST(pause.paused_until, EXCLUDED.paused_until) END
  RETURNING provider, calls, reason, paused_until AS "pausedUntil"`;

const claimProbe = (pauses: string) => `UPDATE ${pauses} SET paused_until = $3
  WHERE provider = $1 AND calls = 'submits' AND paused_until <= $2
  RETURNING provider, calls, reason, paused_until AS "pausedUntil"`;

const clear = (pauses: string) => `DELETE FROM ${pauses}
  WHERE provider = $1 AND calls = 'submits' AND paused_until <= $2 RETURNING provider`;

/**
 * Providers that refuse our credentials or ask for patience: no batch is at fault, so all parts wait, in every process, and health
 * shows it. The rows are the truth; each process looks at them every half second and goes by what it saw.
 */
@Injectable()
export class ProviderPauses {
  private readonly table: string;
  private seen = new Map<string, ProviderPause>();
  /** Writes of ours so far: what was read meanwhile may be older. */
  private writes = 0;
  /** By provider: until when the others wait for a probe of this process. */
  private readonly probes = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.table = database.tableOf(ProviderPauseEntity);
  }

  /** Looks at what other processes wrote. */
  async refresh(): Promise<void> {
    const { writes } = this;
    const rows = await this.database.manager.find(ProviderPauseEntity);
    if (writes === this.writes) this.seen = new Map(rows.map((row) => [keyOf(row), toPause(row)]));
  }

  /** Pauses calls to a provider everywhere, or leaves a longer pause as it is. Resolves to when it ends, in ms since the epoch. */
  async pause({ provider, calls, reason, until }: ProviderPause): Promise<number> {
    const probe = calls === 'submits' ? this.probes.get(provider) : undefined;
    const parameters = [provider, calls, reason, new Date(until), probe === undefined ? null : new Date(probe)];
    const [row] = await this.database.manager.query<ProviderPauseEntity[]>(upsert(this.table), parameters);
    if (probe !== undefined) this.probes.delete(provider);
    return this.keep(row)?.until ?? until;
  }

  /**
   * When a part may be sent there, in ms since the epoch; null: now. Where a pause is over the first that asks, of all processes, is
   * let through as the probe, and the others wait a little for what becomes of it.
   */
  async admit(provider: string): Promise<number | null> {
    const known = this.of(provider);
    const now = this.clock.now();
    if (!known || known.until > now) return known?.until ?? null;
    const until = now + PROBE_MS;
    const parameters = [provider, new Date(now), new Date(until)];
    const [[row]] = await this.database.manager.query<[ProviderPauseEntity[], number]>(
      claimProbe(this.table),
      parameters,
    );
    if (this.keep(row)) {
      this.probes.set(provider, until);
      return null;
    }
    await this.refresh();
    return this.of(provider)?.until ?? null;
  }

  /** Until when parts wait as far as this process has seen, or null. */
  pausedUntil(provider: string): number | null {
    const pause = this.of(provider);
    return pause && pause.until > this.clock.now() ? pause.until : null;
  }

  /** As {@link pausedUntil}, for a part that was admitted: its own probe is no pause. */
  pausedSince(provider: string): number | null {
    const until = this.pausedUntil(provider);
    return until === this.probes.get(provider) ? null : until;
  }

  /** The providers that get no calls of that kind, as far as this process has seen. */
  without(kind: PausedCalls): string[] {
    const now = this.clock.now();
    return [...this.seen.values()].flatMap(({ provider, calls, until }) =>
      calls === kind && until > now ? [provider] : [],
    );
  }

  /**
   * The provider took a part, or refused it for its own sake. Where that ends a pause, as its probe, resolves to the time until which the
   * others were made to wait for it, in ms since the epoch; else to null.
   */
  async answered(provider: string): Promise<number | null> {
    const probe = this.probes.get(provider);
    if (probe === undefined) return null;
    const parameters = [provider, new Date(probe)];
    const [cleared] = await this.database.manager.query<[unknown[], number]>(clear(this.table), parameters);
    // Not before: who could not write this writes it again.
    if (this.probes.get(provider) === probe) this.probes.delete(provider);
    if (cleared.length === 0) return null;
    this.writes++;
    this.seen.delete(keyOf({ provider, calls: 'submits' }));
    return probe;
  }

  /** The pauses in force, as they are stored. */
  async list(): Promise<ProviderPause[]> {
    const pausedUntil = MoreThan(new Date(this.clock.now()));
    const order = { provider: 'ASC', calls: 'ASC' } as const;
    return (await this.database.manager.find(ProviderPauseEntity, { where: { pausedUntil }, order })).map(toPause);
  }

  private of(provider: string): ProviderPause | undefined {
    return this.seen.get(keyOf({ provider, calls: 'submits' }));
  }

  private keep(row: ProviderPauseEntity | undefined): ProviderPause | undefined {
    if (!row) return undefined;
    this.writes++;
    const pause = toPause(row);
    this.seen.set(keyOf(row), pause);
    return pause;
  }
}

function toPause({ provider, calls, reason, pausedUntil }: ProviderPauseEntity): ProviderPause {
  return { provider, calls, reason, until: pausedUntil.getTime() };
}

function keyOf({ provider, calls }: Pick<ProviderPauseEntity, 'provider' | 'calls'>): string {
  return `${calls} ${provider}`;
}
