import type { IncomingHttpHeaders } from 'node:http';

/** The calls that can be told apart by faults, hooks and records, at any vendor; `unknown` is any other path. */
export const ROUTES = [
  'upload',
  'uploadBytes',
  'listFiles',
  'getFile',
  'deleteFile',
  'content',
  'contentLink',
  'create',
  'addRequests',
  'listRequests',
  'list',
  'get',
  'cancel',
  'delete',
  'unknown',
] as const;
export type Route = (typeof ROUTES)[number];

/** A request, whole. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Which call a request is, and the id in its path; empty where the path has none. */
export interface RouteMatch {
  readonly route: Route;
  readonly id: string;
}

/** What a simulator is about to send. An object is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Buffer | object;
}

/** A refusal as a vendor words it; thrown by a handler, it becomes the answer. */
export abstract class Refusal extends Error {
  abstract toAnswer(): Answer;
}

/** A job that was really made, whatever its client was told. */
export interface SimulatedJob {
  readonly id: string;
  /** The ids, as they were sent, of the items that have run: what the account pays for. */
  readonly ran: readonly string[];
}

/** What the simulator of every vendor takes; every field has a default. */
export interface CommonOptions {
  /** The only API key that is accepted. */
  readonly apiKey?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** How long a batch stays in each state, in ms. Default 50. */
  readonly stateMs?: number;
  /** Decides the order of the rows in results. Default 1. */
  readonly seed?: number;
}

/** One vendor's API behind the network: which call a request is, what it answers, and how a test steers it. */
export interface Vendor {
  match(request: ApiRequest): RouteMatch;
  /**
   * Does the call; a {@link Refusal} that it throws is the answer.
   * @param hiddenMs how long neither a get nor a list may show what a create makes
   */
  call(match: RouteMatch, request: ApiRequest, hiddenMs: number): Answer;
  /** What the vendor says with a status when a fault gives no words. */
  faultBody(status: number): object;
  /** Keeps batches that reach `state`, where the vendor has states to tell apart, from leaving it; `finished` items run first. */
  hold(state?: string, finished?: number): void;
  release(state?: string): void;
  /** Ends the window of every batch that has not ended. */
  expireAll(): void;
  /** Every job that was made, oldest first. */
  bought(): readonly SimulatedJob[];
  /** The ids of the input files that are stored now; none where inputs are no files. */
  inputs(): readonly string[];
  /** Counts and facts, for a test in another process. */
  state(): object;
  /** No batch moves any more. */
  stop(): void;
}

/** Finds a call in a table of methods and paths; a path or method that is not served is `unknown`. */
export function matchIn(
  table: readonly (readonly [method: string, path: RegExp, route: Route])[],
  method: string,
  path: string,
): RouteMatch {
  for (const [verb, pattern, route] of table) {
    const match = verb === method ? pattern.exec(path) : null;
    if (match) return { route, id: match[1] ?? '' };
  }
  return { route: 'unknown', id: '' };
}

export function ok(body: object): Answer {
  return { status: 200, body };
}
