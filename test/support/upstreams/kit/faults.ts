import { isObject } from './json';
import { ROUTES, type Route } from './types';

/**
 * What goes wrong with a request:
 *
 * - `hang_before`, `hang_after` — no answer, ever; `_after` does the work first.
 * - `reset_before`, `reset_after` — the socket is reset; `_after` does the work first.
 * - `not_found` — a 404 for something that exists.
 * - `status` — this answer instead of the work; a text `body` is sent as a proxy's HTML page.
 * - `delay_then` — does the work, and answers after so many ms.
 * - `visible_after_ms` — on `create`: made at once, but neither a get nor a list shows it for so many ms.
 * - `truncate` — the work is done and the answer comes short, to `keepLines` or `keepBytes`, else to half. `cut`
 *   announces the whole length and cuts the socket; `clean_end` sends no length and ends as if that were all.
 */
export type FaultKind =
  | 'hang_before'
  | 'hang_after'
  | 'reset_before'
  | 'reset_after'
  | 'not_found'
  | {
      readonly status: number;
      readonly retryAfter?: number;
      /** Where a redirect leads. */
      readonly location?: string;
      readonly body?: object | string;
    }
  | { readonly delay_then: number }
  | { readonly visible_after_ms: number }
  | Truncation;

/** The short answer of a `truncate`. */
export interface Truncation {
  readonly truncate: 'cut' | 'clean_end';
  readonly keepLines?: number;
  readonly keepBytes?: number;
}

/** A fault for one route, used up after `times` requests (1), the first `skip` (0) being spared. */
export interface FaultSpec {
  readonly route: Route;
  readonly kind: FaultKind;
  readonly times?: number;
  readonly skip?: number;
}

interface Armed {
  readonly spec: FaultSpec;
  skip: number;
  times: number;
}

/** The faults still to come. For one route they are used in the order they were added. */
export class Faults {
  private armed: Armed[] = [];

  add(spec: FaultSpec): void {
    if (!isFaultSpec(spec)) throw new TypeError(`Not a fault: ${JSON.stringify(spec)}`);
    this.armed.push({ spec, skip: spec.skip ?? 0, times: spec.times ?? 1 });
  }

  /** Takes back one that was added, whatever is left of it. */
  remove(spec: FaultSpec): void {
    this.armed = this.armed.filter((each) => each.spec !== spec);
  }

  clear(): void {
    this.armed = [];
  }

  /** How many requests are still to go wrong. */
  get pending(): number {
    return this.armed.reduce((sum, each) => sum + each.times, 0);
  }

  /** The fault of this request, if any; taking it uses it up. */
  take(route: Route): FaultKind | undefined {
    const next = this.armed.find((each) => each.spec.route === route);
    if (!next) return undefined;
    if (next.skip > 0) {
      next.skip--;
      return undefined;
    }
    next.times--;
    if (next.times <= 0) this.armed = this.armed.filter((each) => each !== next);
    return next.spec.kind;
  }
}

const WORDS = ['hang_before', 'hang_after', 'reset_before', 'reset_after', 'not_found'];
const FIELDS = ['status', 'delay_then', 'visible_after_ms', 'truncate'];

/** Catches a misspelled fault, in JSON from another process too, before it silently never fires. */
export function isFaultSpec(value: unknown): value is FaultSpec {
  if (!isObject(value) || !ROUTES.some((route) => route === value['route'])) return false;
  const kind = value['kind'];
  return isObject(kind) ? FIELDS.some((field) => field in kind) : WORDS.some((word) => word === kind);
}
