import type { IncomingHttpHeaders } from 'node:http';
import type { Route } from './types';

/** One request as it came in. */
export interface RecordedRequest {
  readonly route: Route;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The parsed body, when it is JSON of at most 64 KiB. */
  readonly body?: unknown;
}

/** `received`: the request is read, nothing is done. `done`: the work is done, the answer is not sent. */
export type Phase = 'received' | 'done';

/** Called at a phase of every request; the request waits for its promise. */
export type RequestHook = (route: Route, phase: Phase, request: RecordedRequest) => Promise<void> | void;

interface Waiter {
  readonly route: Route;
  readonly n: number;
  readonly resolve: (request: RecordedRequest) => void;
}

/** Remembers what arrived, and wakes those who wait for it. */
export class Recorder {
  readonly requests: RecordedRequest[] = [];
  private readonly hooks = new Set<RequestHook>();
  private waiters: Waiter[] = [];

  /** Adds a request, and resolves the waits that it fulfils. */
  arrived(request: RecordedRequest): void {
    this.requests.push(request);
    const count = this.of(request.route).length;
    const due = this.waiters.filter((each) => each.route === request.route && each.n === count);
    this.waiters = this.waiters.filter((each) => !due.includes(each));
    for (const waiter of due) waiter.resolve(request);
  }

  /** The n-th request of a route, 1-based, as soon as it has arrived. */
  waitFor(route: Route, n: number): Promise<RecordedRequest> {
    const request = this.of(route)[n - 1];
    if (request) return Promise.resolve(request);
    return new Promise((resolve) => this.waiters.push({ route, n, resolve }));
  }

  /** Adds a hook; the answer removes it. */
  onRequest(hook: RequestHook): () => void {
    this.hooks.add(hook);
    return () => this.hooks.delete(hook);
  }

  async runHooks(phase: Phase, request: RecordedRequest): Promise<void> {
    for (const hook of [...this.hooks]) await hook(request.route, phase, request);
  }

  counts(): Partial<Record<Route, number>> {
    const counts: Partial<Record<Route, number>> = {};
    for (const { route } of this.requests) counts[route] = (counts[route] ?? 0) + 1;
    return counts;
  }

  private of(route: Route): RecordedRequest[] {
    return this.requests.filter((request) => request.route === route);
  }
}
