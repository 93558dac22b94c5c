import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { toItemId } from '../../src/execution/item-id';
import { FIREWORKS } from '../../src/providers/adapters/fireworks/fireworks.adapter';
import type { Attempt, ProviderAdapter, StagedLines } from '../../src/providers/contract/adapter';
import { FireworksSimulator } from '../support/upstreams/fireworks/fireworks-simulator';
import type { SimulatorOptions } from '../support/upstreams/fireworks/types';
import type { FaultKind } from '../support/upstreams/kit/faults';
import type { Route } from '../support/upstreams/kit/types';
import { Scenario, TOKENS } from './provider-adapter.contract';
import type { AdapterCall, FaultyHarness } from './provider-faults.contract';

export const MODEL = 'accounts/fireworks/models/llama-v3p1-8b-instruct';
const ROUTE_OF: Partial<Record<AdapterCall, Route>> = {
  stage: 'uploadBytes',
  submit: 'create',
  find: 'get',
  poll: 'get',
  results: 'contentLink',
  withdraw: 'deleteFile',
  cleanup: 'delete',
};

export type FireworksHarness = FaultyHarness & { readonly simulator: FireworksSimulator };

/** The adapter beside a simulator of its vendor. */
export async function fireworks(options: SimulatorOptions = {}): Promise<FireworksHarness> {
  const simulator = await FireworksSimulator.start({ stateMs: 1, ...options });
  /** A download that comes short is one of a file, not of the links to it. */
  const routeOf = (call: AdapterCall, kind: FaultKind): Route =>
    typeof kind === 'object' && 'truncate' in kind ? 'content' : (ROUTE_OF[call] ?? 'unknown');
  return {
    simulator,
    adapter: FIREWORKS.create({ apiKey: 'fw_simulated', baseUrl: simulator.url }),
    model: MODEL,
    now: () => Date.now(),
    hold: () => simulator.hold(),
    halfway: async (id) => {
      await simulator.waitForBatch((job) => job.id === id && job.processed === 4);
    },
    finish: async (id) => {
      simulator.release();
      await simulator.waitForBatch((job) => job.id === id && job.ended);
    },
    fail: (call, kind) => simulator.faults.add({ route: routeOf(call, kind), kind }),
    createArrived: async (done) => {
      await (done ? simulator.waitForBatch(() => true) : simulator.waitFor('create'));
    },
    created: () => simulator.created.map(({ id }) => id),
    expireAll: () => simulator.expireAll(),
    withLargeResults: ({ rows, rowBytes }, work) => {
      const response = { choices: [{ message: { content: 'x'.repeat(rowBytes) } }] };
      const all = function* () {
        for (let index = 0; index < rows; index++) {
          yield `${JSON.stringify({ custom_id: toItemId(index, 'aaaaaaa1'), response })}\n`;
        }
      };
      return withResults(all, work);
    },
    close: () => simulator.stop(),
  };
}

/** Runs `work` with a job that has completed and whose results file holds `lines`. */
async function withResults(
  lines: () => Iterable<string>,
  work: (adapter: ProviderAdapter, remoteId: string) => Promise<void>,
): Promise<void> {
  const job = { name: 'accounts/acme/batchInferenceJobs/j1', state: 'JOB_STATE_COMPLETED' };
  const server = await listen((url, _, origin) => {
    if (url === '/file?sig=1') return Readable.from(lines());
    const links = { filenameToSignedUrls: { 'dataset/j1-out/BIJOutputSet.jsonl': `${origin}/file?sig=1` } };
    return url.endsWith(':getDownloadEndpoint') ? links : job;
  });
  try {
    await work(FIREWORKS.create({ apiKey: 'fw_key', baseUrl: `${server.origin}/v1/accounts/acme` }), 'j1');
  } finally {
    await server.close();
  }
}

type Handler = (url: string, headers: IncomingHttpHeaders, origin: string) => object | Readable;

/** A server that answers with JSON, or with a stream. */
export async function listen(handler: Handler): Promise<{ origin: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const answer = handler(request.url ?? '', request.headers, origin());
    if (answer instanceof Readable) answer.pipe(response);
    else response.end(JSON.stringify(answer));
  });
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const close = async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  };
  return { origin: origin(), close };
}

/** The lines of an upload, as execution hands them over. */
export function asLines(lines: readonly string[]): StagedLines {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  return { bytes: bytes.length, open: () => Readable.from([bytes], { objectMode: false }) };
}

/** Runs lines as they are; resolves to the id of the job that has ended. */
export async function runLines(
  harness: FireworksHarness,
  lines: readonly string[],
  more: Partial<Attempt> = {},
): Promise<string> {
  const scenario = new Scenario(harness);
  const attempt = scenario.attempt(TOKENS[0], { itemCount: lines.length, ...more });
  const inputId = await harness.adapter.stage(attempt, asLines(lines), scenario.signal);
  const { id } = await harness.adapter.submit({ ...attempt, inputId }, asLines(lines), scenario.signal);
  await harness.finish(id);
  return id;
}

/** Runs one item for each text. */
export function runTexts(harness: FireworksHarness, texts: readonly string[]): Promise<string> {
  const scenario = new Scenario(harness);
  return runLines(
    harness,
    texts.map((text, index) => scenario.line(index, TOKENS[0], text).toString()),
  );
}
