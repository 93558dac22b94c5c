import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { toItemId } from '../../src/execution/item-id';
import { defineOpenAiShaped } from '../../src/providers/adapters/openai-shaped/openai-shaped.adapter';
import type { OpenAiProfile } from '../../src/providers/adapters/openai-shaped/profile';
import type { ProviderAdapter } from '../../src/providers/contract/adapter';
import type { Dialect } from '../support/upstreams/openai/dialect';
import { OpenAiSimulator } from '../support/upstreams/openai/openai-simulator';
import type { Route } from '../support/upstreams/kit/types';
import type { SimulatorOptions } from '../support/upstreams/openai/types';
import { Scenario, TOKENS } from './provider-adapter.contract';
import type { AdapterCall, FaultyHarness } from './provider-faults.contract';

const ROUTE_OF: Record<AdapterCall, Route> = {
  stage: 'upload',
  submit: 'create',
  find: 'list',
  poll: 'get',
  results: 'content',
  cancel: 'cancel',
  withdraw: 'deleteFile',
  cleanup: 'deleteFile',
};
const ENDED = ['completed', 'failed', 'expired', 'cancelled'];
const STATES = { validatingMs: 1, runningMs: 4, finalizingMs: 1, cancellingMs: 1 };

/** A profile, the way of its vendor, and a model that the vendor's simulator knows. */
export interface ShapedVendor {
  readonly profile: OpenAiProfile;
  readonly dialect: Dialect;
  readonly model: string;
}

export type ShapedHarness = FaultyHarness & { readonly simulator: OpenAiSimulator };

/** The adapter of a profile beside a simulator of its vendor. */
export async function openAiShaped(vendor: ShapedVendor, options: SimulatorOptions = {}): Promise<ShapedHarness> {
  const { profile, dialect, model } = vendor;
  const simulator = await OpenAiSimulator.start({ ...STATES, ...options, dialect });
  return {
    simulator,
    adapter: defineOpenAiShaped(profile).create({ apiKey: 'sk-simulated', baseUrl: simulator.url }),
    model,
    now: () => Date.now(),
    hold: () => simulator.hold('in_progress'),
    halfway: async (id) => {
      await simulator.waitForBatch((batch) => batch.id === id && batch.request_counts.completed === 4);
    },
    finish: async (id) => {
      simulator.release();
      await simulator.waitForBatch((batch) => batch.id === id && ENDED.includes(batch.status));
    },
    fail: (call, kind) => simulator.faults.add({ route: ROUTE_OF[call], kind }),
    createArrived: async (done) => {
      await (done ? simulator.waitForBatch(() => true) : simulator.waitFor('create'));
    },
    created: () => simulator.creates.map(({ batchId }) => batchId),
    expireAll: () => simulator.expireAll(),
    withLargeResults: ({ rows, rowBytes }, work) => {
      const body = JSON.stringify({ text: 'x'.repeat(rowBytes) });
      const all = function* () {
        for (let index = 0; index < rows; index++) {
          const response = { status: 200, requestId: 'q', body };
          yield `${dialect.row({ id: 'b', customId: toItemId(index, 'aaaaaaa1'), response, error: null })}\n`;
        }
      };
      return withResults(profile, all, work);
    },
    close: () => simulator.stop(),
  };
}

/** Runs `work` with a job that has completed and whose output file holds `lines`. */
async function withResults(
  profile: OpenAiProfile,
  lines: () => Iterable<string>,
  work: (adapter: ProviderAdapter, remoteId: string) => Promise<void>,
): Promise<void> {
  const batch = { id: 'batch_1', status: 'completed', output_file_id: 'file-out' };
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/content')) Readable.from(lines()).pipe(response);
    else response.end(JSON.stringify(batch));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await work(defineOpenAiShaped(profile).create({ apiKey: 'sk-key', baseUrl }), batch.id);
  } finally {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  }
}

/** Stages and creates a batch of an attempt whose items say these texts; resolves to its id when it has ended. */
export async function runTexts(harness: ShapedHarness, texts: readonly string[]): Promise<string> {
  const scenario = new Scenario(harness);
  const attempt = scenario.attempt(TOKENS[0], { itemCount: texts.length });
  const bytes = Buffer.from(texts.map((text, index) => `${String(scenario.line(index, TOKENS[0], text))}\n`).join(''));
  const lines = { bytes: bytes.length, open: () => Readable.from([bytes], { objectMode: false }) };
  const inputId = await harness.adapter.stage(attempt, lines, scenario.signal);
  const { id } = await harness.adapter.submit({ ...attempt, inputId }, lines, scenario.signal);
  await harness.finish(id);
  return id;
}
