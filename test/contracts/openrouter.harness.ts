import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { toItemId } from '../../src/execution/item-id';
import { OPENROUTER } from '../../src/providers/adapters/openrouter/openrouter.adapter';
import type { ProviderAdapter, StagedLines } from '../../src/providers/contract/adapter';
import type { Route } from '../support/upstreams/kit/types';
import { OpenRouterSimulator } from '../support/upstreams/openrouter/openrouter-simulator';
import type { SimulatorOptions } from '../support/upstreams/openrouter/types';
import { TOKENS } from './provider-adapter.contract';
import type { AdapterCall, FaultyHarness } from './provider-faults.contract';

/** `stage`, `withdraw` and `cancel` reach nobody. */
const ROUTE_OF: Partial<Record<AdapterCall, Route>> = {
  submit: 'create',
  find: 'list',
  poll: 'get',
  results: 'get',
  cleanup: 'delete',
};
export const LIMITS = { inline: true, unnamed: true, noCancel: true, losesPartial: true } as const;
export const MODEL = 'openai/gpt-4o';
export const KEY = 'sk-or-v1-simulated';

export type OpenRouterHarness = FaultyHarness & { readonly simulator: OpenRouterSimulator };

export async function openRouter(options: SimulatorOptions = {}): Promise<OpenRouterHarness> {
  const simulator = await OpenRouterSimulator.start({ stateMs: 1, ...options });
  return {
    simulator,
    adapter: OPENROUTER.create({ apiKey: KEY, baseUrl: simulator.url }),
    model: MODEL,
    now: () => Date.now(),
    hold: () => simulator.hold(),
    halfway: async (id) => {
      await simulator.waitForBatch((batch) => batch.id === id && batch.ran === 4);
    },
    finish: async (id) => {
      simulator.release();
      await simulator.waitForBatch((batch) => batch.id === id && batch.ended);
    },
    fail: (call, kind) => simulator.faults.add({ route: ROUTE_OF[call] ?? 'unknown', kind }),
    createArrived: async (done) => {
      await (done ? simulator.waitForBatch(() => true) : simulator.waitFor('create'));
    },
    created: () => simulator.created.map(({ id }) => id),
    expireAll: () => simulator.expireAll(),
    withLargeResults: ({ rows, rowBytes }, work) => withDocument(() => completed(rows, rowBytes), work),
    close: () => simulator.stop(),
  };
}

/** The small fields of a completed batch but for its counts. */
export const HEAD = '"id":"batch-1","status":"completed","created_at":1782097200';

/** The document of a completed batch, its small fields before the results or behind them. */
export function* completed(rows: number, rowBytes: number, fieldsFirst = true): Generator<string> {
  const counts = `"request_counts":{"total":${rows},"completed":${rows},"failed":0}`;
  yield fieldsFirst ? `{${HEAD},${counts},"results":[` : '{"results":[';
  const text = 'x'.repeat(rowBytes);
  for (let index = 0; index < rows; index++) {
    const body = JSON.stringify({ choices: [{ message: { content: text } }] });
    const response = `{"status_code":200,"request_id":null,"body":${body}}`;
    yield `${index ? ',' : ''}{"custom_id":"${toItemId(index, TOKENS[0])}","response":${response},"error":null}`;
  }
  yield fieldsFirst ? '],"error":null}' : `],${HEAD},${counts}}`;
}

export async function listen(handler: RequestListener): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(handler);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const close = async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** Runs `work` with a batch of which a get answers these pieces. */
export async function withDocument(
  pieces: () => Iterable<string>,
  work: (adapter: ProviderAdapter, remoteId: string) => Promise<void>,
): Promise<void> {
  const server = await listen((_, response) => void Readable.from(pieces()).pipe(response));
  try {
    await work(OPENROUTER.create({ apiKey: KEY, baseUrl: server.url }), 'batch-1');
  } finally {
    await server.close();
  }
}

export const staged = (lines: Buffer): StagedLines => ({ bytes: lines.length, open: () => Readable.from([lines]) });
