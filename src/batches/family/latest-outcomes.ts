import type { SeenEntry } from './family-walk';

/** No member has an outcome. */
export const NO_MEMBER = 255;

/** Codes of entries that say that the request did not run, and so nothing of what became of it before. */
const NEVER_RAN: ReadonlySet<string> = new Set(['batch_cancelled', 'batch_expired']);

/**
 * The latest outcome of each request of a family, six bytes a request. The youngest member's entry counts, but for two rules: a success
 * stands, and an entry of a request that was cancelled or ran out of time before it ran replaces none.
 */
export class LatestOutcomes {
  /** The member whose entry it is, by its place in the family; {@link NO_MEMBER} where there is none yet. */
  readonly members: Uint8Array;
  /** Index of the request in that member. */
  readonly lines: Uint32Array;
  /** 1 for a success. */
  private readonly successes: Uint8Array;

  constructor(readonly total: number) {
    this.members = new Uint8Array(total).fill(NO_MEMBER);
    this.lines = new Uint32Array(total);
    this.successes = new Uint8Array(total);
  }

  /** Takes the next entry, the oldest member first; whether it is the request's latest by now. */
  take({ member, item, line, succeeded, failure }: SeenEntry): boolean {
    if (item >= this.total) throw new RangeError(`A family of ${this.total} requests has none with the index ${item}`);
    if (this.successes[item] === 1) return false;
    const before = this.members[item] !== NO_MEMBER;
    if (before && !succeeded && NEVER_RAN.has(failure?.code ?? '')) return false;
    this.members[item] = member;
    this.lines[item] = line;
    this.successes[item] = succeeded ? 1 : 0;
    return true;
  }

  /** Whether the view shows a request's entry, which it has. */
  shows(view: 'all' | 'succeeded' | 'failed', item: number): boolean {
    if (this.members[item] === NO_MEMBER) return false;
    return view === 'all' || (this.successes[item] === 1) === (view === 'succeeded');
  }
}
