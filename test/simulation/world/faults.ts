import type { Job } from '../../../src/queue/job';
import type { Actor } from '../kernel/actor';
import { derive, Seeded } from '../kernel/seeded';
import type { CallFault, PortCall } from '../ports/ports';
import type { Route } from '../../support/upstreams/kit/types';
import type { NetworkFault } from '../upstream/network';

/** Something that went wrong: at which of all decisions of the history, and what. */
export interface FiredFault {
  readonly decision: number;
  readonly kind: string;
  readonly where: string;
}

export interface FaultOptions {
  readonly seed: number;
  /** The chance of each call. */
  readonly rate: number;
  /** Only these decisions may go wrong; null: any. */
  readonly only: ReadonlySet<number> | null;
}

type Weighed<T> = readonly T[];
const CALL_FAULTS: Readonly<Record<PortCall<unknown>['port'], Weighed<CallFault>>> = {
  database: ['crash_before', 'crash_after', 'stop_before', 'stop_after', 'error_before', 'error_after', 'error_after'],
  blob: ['crash_before', 'crash_after', 'stop_after', 'error_before', 'error_after'],
  upstream: ['crash_before', 'crash_after', 'crash_after', 'stop_before', 'stop_after'],
};
const ANY_ROUTE: Weighed<NetworkFault> = [
  'refused',
  'reset_before',
  'reset_after',
  'hang_before',
  'hang_after',
  'gateway_before',
  'gateway_after',
  'throttled',
  'late',
];
const OF_ROUTE: Readonly<Partial<Record<Route, Weighed<NetworkFault>>>> = {
  create: [...ANY_ROUTE, 'hidden', 'hidden', 'reset_after', 'hang_after', 'late'],
  content: [...ANY_ROUTE, 'cut', 'short', 'short'],
};
/** The network fails more often than a process does. */
const NETWORK_FACTOR = 4;

/**
 * What goes wrong, decided call by call. A decision depends on the seed and its number alone, so that faults can be left out of a
 * history one by one.
 */
export class Faults {
  readonly fired: FiredFault[] = [];
  private decisions = 0;
  private isOver = false;

  constructor(private readonly options: FaultOptions) {}

  /** From now on all goes well. */
  end(): void {
    this.isOver = true;
  }

  callFault(owner: Actor, { port, label }: Pick<PortCall<unknown>, 'port' | 'label'>): CallFault | undefined {
    return this.decide(this.options.rate, CALL_FAULTS[port], `${owner.name} ${port} ${label.slice(0, 60)}`);
  }

  networkFaultOf(owner: Actor, route: Route): NetworkFault | undefined {
    return this.decide(this.options.rate * NETWORK_FACTOR, OF_ROUTE[route] ?? ANY_ROUTE, `${owner.name} ${route}`);
  }

  fateOf(owner: Actor, { queue }: Job): 'lost' | 'doubled' | undefined {
    return this.decide(this.options.rate * NETWORK_FACTOR, ['lost', 'doubled'] as const, `${owner.name} ${queue}`);
  }

  private decide<T extends string>(chance: number, kinds: readonly T[], where: string): T | undefined {
    const decision = this.decisions++;
    const { seed, only } = this.options;
    if (this.isOver || chance === 0) return undefined;
    if (only && !only.has(decision)) return undefined;
    const random = new Seeded(derive(seed, decision));
    if (!random.chance(chance)) return undefined;
    const kind = random.pick(kinds);
    this.fired.push({ decision, kind, where });
    return kind;
  }
}
