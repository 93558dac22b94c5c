import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { Clock } from '../../src/common/clock';
import { toItemId } from '../../src/execution/item-id';
import { XAI } from '../../src/providers/adapters/xai/xai.adapter';
import type { Attempt } from '../../src/providers/contract/adapter';
import type { Route } from '../support/upstreams/kit/types';
import type { SimulatorOptions } from '../support/upstreams/xai/types';
import { XaiSimulator } from '../support/upstreams/xai/xai-simulator';
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
export const MODEL = 'grok-4.3';
export const KEY = 'xai-simulated';

/** Sleeps no time at all, and does what a test wants in the meantime. */
class EventfulClock extends Clock {
  readonly slept: number[] = [];
  meanwhile: () => void = () => undefined;

  now(): number {
    return Date.now();
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.meanwhile();
  }
}

export interface XaiHarness extends FaultyHarness {
  readonly simulator: XaiSimulator;
  readonly clock: EventfulClock;
}

/** The adapter beside a simulator of its vendor, with a clock that lets no time pass. */
export async function xai(options: SimulatorOptions = {}): Promise<XaiHarness> {
  const simulator = await XaiSimulator.start({ stateMs: 1, ...options });
  const clock = new EventfulClock();
  return {
    simulator,
    clock,
    adapter: XAI.create({ apiKey: KEY, baseUrl: simulator.url, clock }),
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
    fail: (call, kind) => simulator.faults.add({ route: ROUTE_OF[call], kind }),
    createArrived: async (done) => {
      await (done ? simulator.waitForBatch(() => true) : simulator.waitFor('create'));
    },
    created: () => simulator.created.map(({ id }) => id),
    expireAll: () => simulator.expireAll(),
    withLargeResults: async ({ rows, rowBytes }, work) => {
      const page = function* () {
        yield '{"results":[';
        for (let index = 0; index < rows; index++) yield (index > 0 ? ',' : '') + rowOf(index, 'x'.repeat(rowBytes));
        yield '],"pagination_token":null}';
      };
      const server = await listen((request, response) => {
        if (request.url?.includes('/results')) Readable.from(page()).pipe(response);
        else response.end(JSON.stringify(BATCH));
      });
      try {
        await work(XAI.create({ apiKey: KEY, baseUrl: server.url }), BATCH.batch_id);
      } finally {
        await server.close();
      }
    },
    close: () => simulator.stop(),
  };
}

const BATCH = {
  batch_id: 'batch_1',
  state: { num_requests: 2, num_pending: 0, num_success: 2, num_error: 0, num_cancelled: 0 },
};

function rowOf(index: number, text: string): string {
  const completion = { id: 'c1', choices: [{ message: { content: text } }] };
  return JSON.stringify({
    batch_request_id: toItemId(index, TOKENS[0]),
    batch_result: { response: { chat_get_completion: completion } },
  });
}

async function listen(handler: RequestListener): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer(handler);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const close = async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** Stages and creates a batch of an attempt whose items say these texts. */
export async function submitTexts(
  harness: XaiHarness,
  texts: readonly string[],
): Promise<{ attempt: Attempt; id: string }> {
  const scenario = new Scenario(harness);
  const begun = scenario.attempt(TOKENS[0], { itemCount: texts.length });
  const bytes = Buffer.from(texts.map((text, index) => `${String(scenario.line(index, TOKENS[0], text))}\n`).join(''));
  const lines = { bytes: bytes.length, open: () => Readable.from([bytes], { objectMode: false }) };
  const attempt = { ...begun, inputId: await scenario.adapter.stage(begun, lines, scenario.signal) };
  const { id } = await scenario.adapter.submit(attempt, lines, scenario.signal);
  return { attempt, id };
}
