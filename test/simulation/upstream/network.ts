import type { Actor } from '../kernel/actor';
import type { Seeded } from '../kernel/seeded';
import type { Scheduler } from '../kernel/scheduler';
import type { Answer, ApiRequest, Route } from '../../support/upstreams/kit/types';
import type { Vendors } from './vendors';

/** What may go wrong on the way to a vendor and back, and at the vendor. */
export type NetworkFault =
  /** There was no connection. */
  | 'refused'
  /** The connection is reset, or nothing comes, without or after the work. */
  | 'reset_before'
  | 'reset_after'
  | 'hang_before'
  | 'hang_after'
  /** An error of a gateway, without or after the work. */
  | 'gateway_before'
  | 'gateway_after'
  /** Too many requests: nothing was done. */
  | 'throttled'
  /** The caller has given up long before the request arrives. */
  | 'late'
  /** On a create: it takes a while until a get or a list shows what was made. */
  | 'hidden'
  /** On a download: it ends too early, with or without a sign of it. */
  | 'cut'
  | 'short';

export interface NetworkFaults {
  networkFaultOf(owner: Actor, route: Route): NetworkFault | undefined;
}

/** How a request ends for who sent it. */
export type Ending =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly delivery: 'whole' | 'cut' | 'short' }
  | { readonly kind: 'refused' | 'reset' | 'timeout' };

export interface NetworkOptions {
  readonly timeoutMs: number;
  /** How long a hidden job stays so at most, and a late request is late, in ms. */
  readonly hiddenMs: number;
  readonly lateMs: number;
}

/** Carries requests to the vendors. What was sent goes on without its sender. */
export class Network {
  private readonly open = new Set<object>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly world: Actor,
    private readonly vendors: Vendors,
    private readonly random: Seeded,
    private readonly faults: NetworkFaults,
    private readonly options: NetworkOptions,
  ) {}

  /** Whether somebody waits for an answer. */
  get isBusy(): boolean {
    return this.open.size > 0;
  }

  /** Sends a request; `ended` takes its turn as a task of the sender, once. The answer takes back the wait. */
  send(owner: Actor, request: ApiRequest, ended: (ending: Ending) => void): () => void {
    const route = this.vendors.routeOf(request);
    const fault = this.faults.networkFaultOf(owner, route);
    const exchange = {};
    this.open.add(exchange);
    const end = (ending: Ending) => {
      if (!this.open.delete(exchange)) return;
      cancelTimeout();
      const label = `upstream answers ${route} ${ending.kind === 'answer' ? ending.answer.status : ending.kind}`;
      this.scheduler.add({ owner, label, run: () => ended(ending) });
    };
    const cancelTimeout = this.scheduler.after(this.world, this.options.timeoutMs, 'gives up', () =>
      end({ kind: 'timeout' }),
    );
    if (fault) this.scheduler.trace.add(`! ${fault}`);
    this.carry(request, route, fault, end);
    return () => {
      this.open.delete(exchange);
      cancelTimeout();
    };
  }

  private carry(
    request: ApiRequest,
    route: Route,
    fault: NetworkFault | undefined,
    end: (ending: Ending) => void,
  ): void {
    const early = withoutWork(fault, (status) => this.vendors.refusal(request, status));
    if (early) return this.later(early, end);
    if (fault === 'hang_before') return;
    const delay = fault === 'late' ? this.random.between(this.options.timeoutMs, this.options.lateMs) : this.latency();
    this.scheduler.after(this.world, delay, `arrives ${request.method} ${request.url.pathname}`, () => {
      const hiddenMs = fault === 'hidden' ? this.random.between(1, this.options.hiddenMs) : 0;
      const answer = this.vendors.call(request, hiddenMs);
      this.scheduler.trace.add(`${route} ${answer.status}`);
      if (fault === 'hang_after') return;
      this.later(
        afterWork(fault, answer, (status) => this.vendors.refusal(request, status)),
        end,
      );
    });
  }

  private later(ending: Ending, end: (ending: Ending) => void): void {
    this.scheduler.after(this.world, this.latency(), 'returns', () => end(ending));
  }

  private latency(): number {
    return this.random.chance(0.05) ? this.random.between(1000, 8000) : this.random.between(5, 300);
  }
}

function withoutWork(fault: NetworkFault | undefined, refusal: (status: number) => Answer): Ending | undefined {
  if (fault === 'refused') return { kind: 'refused' };
  if (fault === 'reset_before') return { kind: 'reset' };
  if (fault === 'gateway_before') return whole(refusal(502));
  return fault === 'throttled' ? whole(refusal(429)) : undefined;
}

function afterWork(fault: NetworkFault | undefined, answer: Answer, refusal: (status: number) => Answer): Ending {
  if (fault === 'reset_after') return { kind: 'reset' };
  if (fault === 'gateway_after') return whole(refusal(504));
  return { kind: 'answer', answer, delivery: fault === 'cut' || fault === 'short' ? fault : 'whole' };
}

function whole(answer: Answer): Ending {
  return { kind: 'answer', answer, delivery: 'whole' };
}
