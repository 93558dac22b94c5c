import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Account } from './account';
import type { BatchRecord } from './batch-record';
import { Exchange } from './exchange';
import { Faults } from './faults';
import { Recorder, type RecordedRequest, type RequestHook } from './recorder';
import type { BatchObject, HoldableStatus, Route, SimulatorOptions } from './types';

const DEFAULTS = {
  apiKey: 'sk-simulated',
  validatingMs: 50,
  runningMs: 50,
  finalizingMs: 50,
  cancellingMs: 50,
  cancelEnds: 'cancelled',
  seed: 1,
  maxLines: 50_000,
  maxBytes: 200 * 1024 * 1024,
} as const;

interface BatchWaiter {
  readonly predicate: (batch: BatchObject) => boolean;
  readonly resolve: (batch: BatchObject) => void;
}

/** The vendor's Batch API on a loopback port, strict about what it receives and scripted in how it fails. */
export class OpenAiSimulator {
  /** Faults to come, per route. */
  readonly faults = new Faults();
  private readonly recorder = new Recorder();
  private readonly account: Account;
  private readonly server: Server;
  private batchWaiters: BatchWaiter[] = [];

  private constructor(options: SimulatorOptions) {
    this.account = new Account({ ...DEFAULTS, ...options }, this.recorder, (record) => this.batchChanged(record));
    const exchange = new Exchange(this.account, this.recorder, this.faults);
    this.server = createServer((req, res) => void exchange.serve(req, res));
  }

  /** Starts a simulator with no files and no batches. */
  static async start(options: SimulatorOptions = {}): Promise<OpenAiSimulator> {
    const simulator = new OpenAiSimulator(options);
    await new Promise<void>((resolve, reject) => {
      simulator.server.once('error', reject);
      simulator.server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return simulator;
  }

  /** Stops at once: open requests are cut, and no batch moves any more. */
  async stop(): Promise<void> {
    this.account.lifecycle.stop();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  /** The base URL, as a client is configured with it: ends in `/v1`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** Every request so far, the failed ones too, in order of arrival. */
  get requests(): Recorder['requests'] {
    return this.recorder.requests;
  }

  /** Every batch that was made, also when the client never heard of it. */
  get creates(): Recorder['creates'] {
    return this.recorder.creates;
  }

  /** Every file that was stored by an upload. */
  get uploads(): Recorder['uploads'] {
    return this.recorder.uploads;
  }

  /** Every batch as it now is, oldest first, hidden ones too. */
  get batches(): BatchObject[] {
    return this.account.batches.map((record) => ({ ...record.object }));
  }

  /** How many requests each route has had. */
  requestCounts(): Partial<Record<Route, number>> {
    return this.recorder.counts();
  }

  /** Resolves when the n-th request of a route has been read, before it is acted on. */
  waitFor(route: Route, n = 1): Promise<RecordedRequest> {
    return this.recorder.waitFor(route, n);
  }

  /** Resolves with the first batch that satisfies `predicate`, now or after a change. */
  waitForBatch(predicate: (batch: BatchObject) => boolean): Promise<BatchObject> {
    const found = this.batches.find(predicate);
    if (found) return Promise.resolve(found);
    return new Promise((resolve) => this.batchWaiters.push({ predicate, resolve }));
  }

  /** Adds a hook that every request waits for, twice; the answer removes it. */
  onRequest(hook: RequestHook): () => void {
    return this.recorder.onRequest(hook);
  }

  /** Keeps batches that reach `state` in it; in `in_progress` they first finish `finished` lines, default half. */
  hold(state: HoldableStatus, finished?: number): void {
    this.account.lifecycle.hold(state, finished);
  }

  /** Ends the hold on `state`, or all holds. */
  release(state?: HoldableStatus): void {
    this.account.lifecycle.release(state);
  }

  /** Ends the window of every batch that has not ended. */
  expireAll(): void {
    this.account.expireAll();
  }

  /** Fails the next batch at validation for a reason of the account, such as `token_limit_exceeded`. */
  refuseNextBatch(code: string, message: string): void {
    this.account.refusals.push({ code, message, param: null, line: null });
  }

  private batchChanged(record: BatchRecord): void {
    const batch = { ...record.object };
    const due = this.batchWaiters.filter((waiter) => waiter.predicate(batch));
    this.batchWaiters = this.batchWaiters.filter((waiter) => !due.includes(waiter));
    for (const waiter of due) waiter.resolve(batch);
  }
}
