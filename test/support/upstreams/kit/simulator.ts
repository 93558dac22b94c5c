import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Exchange } from './exchange';
import { Faults } from './faults';
import { Recorder, type RecordedRequest, type RequestHook } from './recorder';
import type { Route, SimulatedJob, Vendor } from './types';

interface BatchWaiter<B> {
  readonly predicate: (batch: B) => boolean;
  readonly resolve: (batch: B) => void;
}

/** A simulator of any vendor, to start, steer and stop. */
export type AnySimulator = Pick<
  Simulator<unknown>,
  | 'url'
  | 'origin'
  | 'stop'
  | 'faults'
  | 'requests'
  | 'requestCounts'
  | 'waitFor'
  | 'onRequest'
  | 'hold'
  | 'release'
  | 'expireAll'
  | 'bought'
  | 'inputs'
>;

/** A vendor's batch API on a loopback port, strict about what it receives and scripted in how it fails. */
export abstract class Simulator<B> {
  /** Faults to come, per route. */
  readonly faults = new Faults();
  protected readonly recorder = new Recorder();
  private readonly server: Server;
  private waiters: BatchWaiter<B>[] = [];

  protected constructor(private readonly vendor: Vendor) {
    const exchange = new Exchange(vendor, this.recorder, this.faults);
    this.server = createServer((req, res) => void exchange.serve(req, res));
  }

  /** The base URL, as a client is configured with it. */
  abstract get url(): string;

  /** Every batch as it now is, oldest first, hidden ones too. */
  protected abstract snapshots(): readonly B[];

  /** Resolves when it takes requests; 0 takes any free port. */
  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    return this;
  }

  /** Stops at once: open requests are cut, and no batch moves any more. */
  async stop(): Promise<void> {
    this.vendor.stop();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Every request so far, the failed ones too, in order of arrival. */
  get requests(): readonly RecordedRequest[] {
    return this.recorder.requests;
  }

  /** How many requests each route has had. */
  requestCounts(): Partial<Record<Route, number>> {
    return this.recorder.counts();
  }

  /** Resolves when the n-th request of a route has been read, before it is acted on. */
  waitFor(route: Route, n = 1): Promise<RecordedRequest> {
    return this.recorder.waitFor(route, n);
  }

  /** Adds a hook that every request waits for, twice; the answer removes it. */
  onRequest(hook: RequestHook): () => void {
    return this.recorder.onRequest(hook);
  }

  /** Resolves with the first batch that satisfies `predicate`, now or after a change. */
  waitForBatch(predicate: (batch: B) => boolean): Promise<B> {
    const found = this.snapshots().find(predicate);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.waiters.push({ predicate, resolve }));
  }

  /** Keeps batches that reach `state` in it, or from ending where no state is named; `finished` items run first, default half. */
  hold(state?: string, finished?: number): void {
    this.vendor.hold(state, finished);
  }

  /** Ends the hold on `state`, or all holds. */
  release(state?: string): void {
    this.vendor.release(state);
  }

  /** Ends the window of every batch that has not ended. */
  expireAll(): void {
    this.vendor.expireAll();
  }

  /** Every job that was made, oldest first, also when the client never heard of it. */
  bought(): readonly SimulatedJob[] {
    return this.vendor.bought();
  }

  /** The ids of the input files that are stored now; none where inputs are no files. */
  inputs(): readonly string[] {
    return this.vendor.inputs();
  }

  /** To be called with a batch after each of its changes. */
  protected batchChanged(batch: B): void {
    const due = this.waiters.filter((waiter) => waiter.predicate(batch));
    this.waiters = this.waiters.filter((waiter) => !due.includes(waiter));
    for (const waiter of due) waiter.resolve(batch);
  }
}
