import type { Readable } from 'node:stream';
import { Dispatcher, errors } from 'undici';
import type { Actor } from '../kernel/actor';
import type { Ports } from '../ports/ports';
import type { Answer, ApiRequest } from '../../support/upstreams/kit/types';
import type { Ending, Network } from './network';

/** What undici sends requests by: here they go to the simulated vendors, each as a port call of its process. */
export class SimulatedDispatcher extends Dispatcher {
  constructor(
    private readonly owner: Actor,
    private readonly ports: Ports,
    private readonly network: Network,
  ) {
    super();
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const state = { isOver: false, cancel: () => {} };
    const abort = (reason?: Error) => {
      if (state.isOver) return;
      state.isOver = true;
      state.cancel();
      handler.onError?.(reason ?? new errors.RequestAbortedError());
    };
    handler.onConnect?.(abort);
    if (!state.isOver) void this.send(options, handler, state).catch(abort);
    return true;
  }

  private async send(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
    state: { isOver: boolean; cancel: () => void },
  ): Promise<void> {
    const request = await toRequest(options);
    if (state.isOver) return;
    const done = this.ports.hold(() => ended({ kind: 'reset' }));
    const ended = (ending: Ending) => {
      done();
      if (state.isOver) return;
      state.isOver = true;
      deliver(ending, handler);
    };
    this.ports.call({
      port: 'upstream',
      label: `${request.method} ${request.url.pathname}`,
      effect: () => state.isOver || (state.cancel = this.network.send(this.owner, request, ended)),
      answer: () => undefined,
      fail: () => {
        state.cancel();
        ended({ kind: 'reset' });
      },
    });
  }
}

async function toRequest({ origin, path, method, headers, body }: Dispatcher.DispatchOptions): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  if (typeof body === 'string') chunks.push(Buffer.from(body));
  else if (body) for await (const chunk of body as Readable) chunks.push(Buffer.from(chunk as Buffer));
  return {
    method,
    url: new URL(String(origin) + path),
    headers: { ...(headers as Record<string, string>) },
    body: Buffer.concat(chunks),
  };
}

function deliver(ending: Ending, handler: Dispatcher.DispatchHandler): void {
  if (ending.kind === 'answer') return respond(ending, handler);
  handler.onError?.(FAILURES[ending.kind]());
}

const FAILURES = {
  refused: () => failure('connect ECONNREFUSED', 'ECONNREFUSED'),
  reset: () => failure('read ECONNRESET', 'ECONNRESET'),
  timeout: () => new errors.HeadersTimeoutError(),
};

function respond({ answer, delivery }: Extract<Ending, { kind: 'answer' }>, handler: Dispatcher.DispatchHandler): void {
  const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(JSON.stringify(answer.body));
  const length: Record<string, string> = delivery === 'short' ? {} : { 'content-length': String(body.length) };
  handler.onHeaders?.(answer.status, rawHeaders({ ...answer.headers, ...length }, answer), () => undefined, '');
  handler.onData?.(delivery === 'whole' ? body : body.subarray(0, Math.floor(body.length / 2)));
  if (delivery === 'cut') handler.onError?.(new errors.SocketError('other side closed'));
  else handler.onComplete?.([]);
}

function rawHeaders(headers: Readonly<Record<string, string>>, { body }: Answer): Buffer[] {
  const all = { ...(Buffer.isBuffer(body) ? {} : { 'content-type': 'application/json' }), ...headers };
  return Object.entries(all).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
}

function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code, syscall: message.split(' ')[0] });
}
