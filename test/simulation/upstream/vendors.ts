import type { Actor } from '../kernel/actor';
import type { Scheduler } from '../kernel/scheduler';
import { Account as Anthropic } from '../../support/upstreams/anthropic/account';
import { Account as Fireworks, PREFIX as FIREWORKS_PREFIX } from '../../support/upstreams/fireworks/account';
import { nameIdsAfter } from '../../support/upstreams/kit/ids';
import { Refusal, type Answer, type ApiRequest, type Route, type Vendor } from '../../support/upstreams/kit/types';
import { Account as OpenAi } from '../../support/upstreams/openai/account';
import { OPENAI_DIALECT } from '../../support/upstreams/openai/dialect';
import { inVirtualTime } from './virtual-time';

export const PROVIDERS = ['openai', 'anthropic', 'fireworks'] as const;
export type ProviderId = (typeof PROVIDERS)[number];

/** A job that a vendor made, whatever its client was told. */
export interface UpstreamJob {
  readonly provider: ProviderId;
  readonly id: string;
  /** Ids of its items as they were sent. */
  readonly items: readonly string[];
  /** Those of the items that ran, which are paid for. */
  readonly ran: readonly string[];
  /** Virtual time; null while it may still run. */
  readonly endedAt: number | null;
}

/** How the vendors of a history behave. */
export interface VendorHabits {
  /** How long a job stays in each state, in ms. */
  readonly stateMs: number;
  /** Whether jobs stop half-way and expire a day after they were made, at OpenAI and Fireworks. */
  readonly stall: boolean;
  readonly cancelEnds: 'cancelled' | 'completed';
  /** Polls of an ended job at OpenAI that do not name its files yet. */
  readonly lagPolls: number;
  readonly seed: number;
}

const DAY_MS = 86_400_000;
export const KEY = 'sk-simulated';

/** The vendors' simulators without their servers: a call of theirs takes no time and is whole. */
export class Vendors {
  private readonly openai: OpenAi;
  private readonly anthropic: Anthropic;
  private readonly fireworks: Fireworks;
  private readonly ends = new Map<object, number>();
  /** Jobs whose day is being counted. */
  private readonly watched = new Set<object>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly world: Actor,
    habits: VendorHabits,
  ) {
    nameIdsAfter('00000000');
    const { stateMs, seed } = habits;
    const states = { validatingMs: stateMs, runningMs: stateMs, finalizingMs: stateMs, cancellingMs: stateMs };
    const changed = (record: object) => this.changed(record);
    const handleLag = habits.lagPolls > 0 ? ({ polls: habits.lagPolls, files: 'both' } as const) : undefined;
    this.openai = new OpenAi(
      {
        ...states,
        apiKey: KEY,
        cancelEnds: habits.cancelEnds,
        seed,
        ...OPENAI_DIALECT.limits,
        maxBytes: 2 ** 24,
        cancelLoses: 0,
        dialect: OPENAI_DIALECT,
        ...(handleLag && { handleLag }),
      },
      changed,
    );
    const limits = { maxRequests: 100_000, maxBytes: 2 ** 24 };
    const anthropic = { apiKey: KEY, seed, runningMs: stateMs * 3, cancelingMs: stateMs, ...limits };
    this.anthropic = new Anthropic(anthropic, () => baseUrlOf('anthropic'), changed);
    const datasets = { maxUploadBytes: 2 ** 24, uploadingLooks: 1, linkMs: 599_000 };
    const origin = () => originOf('fireworks');
    this.fireworks = new Fireworks({ apiKey: KEY, stateMs, seed, origin, ...datasets }, changed);
    if (habits.stall) for (const vendor of [this.openai, this.fireworks]) vendor.hold();
  }

  /** Which call a request is, at the vendor that its URL names. */
  routeOf(request: ApiRequest): Route {
    return this.at(request).match(request).route;
  }

  /** Does a call now. */
  call(request: ApiRequest, hiddenMs: number): Answer {
    const vendor = this.at(request);
    return inVirtualTime(this.scheduler, this.world, () => {
      try {
        return vendor.call(vendor.match(request), request, hiddenMs);
      } catch (error) {
        if (error instanceof Refusal) return error.toAnswer();
        throw error;
      }
    });
  }

  /** What the vendor says with a status of its own accord. */
  refusal(request: ApiRequest, status: number): Answer {
    return { status, body: this.at(request).faultBody(status) };
  }

  /** Every job that was ever made. */
  jobs(): UpstreamJob[] {
    return [
      ...this.openai.batches.map((record) => ({
        provider: 'openai' as const,
        id: record.object.id,
        items: [...record.runnable, ...record.stuck].map(({ customId }) => customId),
        ran: record.ran.map(({ customId }) => customId),
        endedAt: this.ends.get(record) ?? null,
      })),
      ...this.anthropic.created.map((record) => this.inOrder('anthropic', record, record.ran)),
      ...this.fireworks.created.map((record) => this.inOrder('fireworks', record, record.processed)),
    ];
  }

  private inOrder(provider: ProviderId, record: { id: string; customIds: string[] }, ran: number): UpstreamJob {
    const { id, customIds } = record;
    return { provider, id, items: customIds, ran: customIds.slice(0, ran), endedAt: this.ends.get(record) ?? null };
  }

  private get all(): Vendor[] {
    return [this.openai, this.anthropic, this.fireworks];
  }

  private at({ url }: ApiRequest): Vendor {
    const provider = PROVIDERS.find((each) => originOf(each) === url.origin);
    if (!provider) throw new Error(`No vendor is at ${url.origin}`);
    return this[provider];
  }

  private changed(record: object): void {
    this.watch(record);
    if (hasEnded(record)) this.ends.set(record, this.scheduler.now);
  }

  /** A vendor ends what has run for a day. */
  private watch(record: object): void {
    if (this.watched.has(record)) return;
    this.watched.add(record);
    this.scheduler.after(this.world, DAY_MS, 'expires', () => {
      if (!hasEnded(record))
        for (const vendor of this.all) inVirtualTime(this.scheduler, this.world, () => vendor.expireAll());
    });
  }
}

export function baseUrlOf(provider: ProviderId): string {
  const paths = { openai: '/v1', anthropic: '', fireworks: FIREWORKS_PREFIX };
  return originOf(provider) + paths[provider];
}

function originOf(provider: ProviderId): string {
  return `https://${provider}.test`;
}

function hasEnded(record: object): boolean {
  const { terminal, ended } = record as { readonly terminal?: boolean; readonly ended?: boolean };
  return terminal ?? ended ?? false;
}
