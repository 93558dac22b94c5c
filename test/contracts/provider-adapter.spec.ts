import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { LocalBlobStore } from '../../src/blobs/local/local-blob-store';
import { Clock } from '../../src/common/clock';
import { Ids } from '../../src/common/ids';
import { SystemRandom } from '../../src/common/random';
import { toItemId } from '../../src/execution/item-id';
import { defineOpenAiShaped } from '../../src/providers/adapters/openai-shaped/openai-shaped.adapter';
import { OPENAI } from '../../src/providers/adapters/openai-shaped/profiles/openai';
import { SandboxAdapter } from '../../src/providers/adapters/sandbox/sandbox.adapter';
import { type ProviderAdapter } from '../../src/providers/contract/adapter';
import { ProviderCallError } from '../../src/providers/contract/errors';
import { OpenAiSimulator } from '../support/upstreams/openai/openai-simulator';
import type { Route } from '../support/upstreams/kit/types';
import { describeProviderAdapter, Scenario, type AdapterHarness } from './provider-adapter.contract';
import { describeProviderFaults, type AdapterCall, type FaultyHarness } from './provider-faults.contract';

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

type OpenAiHarness = FaultyHarness & { readonly simulator: OpenAiSimulator };

async function openAi(): Promise<OpenAiHarness> {
  const simulator = await OpenAiSimulator.start(STATES);
  return {
    simulator,
    adapter: defineOpenAiShaped(OPENAI).create({ apiKey: 'sk-simulated', baseUrl: simulator.url }),
    model: 'gpt-4o-mini',
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
      const all = function* () {
        const text = 'x'.repeat(rowBytes);
        for (let index = 0; index < rows; index++) yield `${row(index, text)}\n`;
      };
      return withResults(all, work);
    },
    close: () => simulator.stop(),
  };
}

function row(index: number, text: string): string {
  const response = { status_code: 200, request_id: 'q', body: { text } };
  return JSON.stringify({ id: 'b', custom_id: toItemId(index, 'aaaaaaa1'), response, error: null });
}

class FakeClock extends Clock {
  time = 1_800_000_000_000;

  now(): number {
    return this.time;
  }

  async sleep(): Promise<void> {}
}

async function sandbox(): Promise<AdapterHarness> {
  const folder = await mkdtemp(join(tmpdir(), 'meshbatch-sandbox-'));
  const clock = new FakeClock();
  const adapter = new SandboxAdapter(new LocalBlobStore(folder, new Ids(clock, new SystemRandom())), clock);
  const pass = async (ms: number) => void (clock.time += ms);
  const harness: AdapterHarness = {
    adapter,
    model: 'echo',
    now: () => clock.time,
    hold: () => undefined,
    halfway: () => pass(1200),
    finish: () => pass(10_000),
    withLargeResults: async ({ rows, rowBytes }, work) => {
      const scenario = new Scenario(harness);
      const text = 'x'.repeat(rowBytes);
      const lines = function* () {
        for (let index = 0; index < rows; index++)
          yield Buffer.from(`${String(scenario.line(index, 'aaaaaaa1', text))}\n`);
      };
      const attempt = scenario.attempt('aaaaaaa1', { itemCount: rows });
      const staged = { bytes: 0, open: () => Readable.from(lines()) };
      await adapter.stage(attempt, staged);
      const { id } = await adapter.submit(attempt);
      await pass(10_000);
      await work(adapter, id);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
  return harness;
}

describeProviderAdapter('OpenAI', openAi);
describeProviderAdapter('the sandbox', sandbox);
describeProviderFaults('OpenAI', openAi);

async function listen(handler: Parameters<typeof createServer>[1]): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer(handler);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const close = async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** Runs `work` with a job that has completed and whose output file holds `lines`. */
async function withResults(
  lines: () => Iterable<string>,
  work: (adapter: ProviderAdapter, remoteId: string) => Promise<void>,
): Promise<void> {
  const batch = { id: 'batch_1', status: 'completed', input_file_id: 'file-in', output_file_id: 'file-out' };
  const server = await listen((request, response) => {
    if (request.url?.endsWith('/content')) Readable.from(lines()).pipe(response);
    else response.end(JSON.stringify(batch));
  });
  try {
    await work(defineOpenAiShaped(OPENAI).create({ apiKey: 'sk-key', baseUrl: server.url }), batch.id);
  } finally {
    await server.close();
  }
}

describe('OpenAI alone', () => {
  let harness: OpenAiHarness;
  let scenario: Scenario<OpenAiHarness>;
  beforeEach(async () => {
    harness = await openAi();
    scenario = new Scenario(harness);
  });
  afterEach(() => harness.close());

  it('deletes only the files of the attempt', async () => {
    const [ours, other] = [await scenario.submit('aaaaaaa1'), await scenario.submit('bbbbbbb2')];
    await Promise.all([harness.finish(ours.id), harness.finish(other.id)]);
    await scenario.adapter.cleanup(ours.attempt, ours.id, scenario.signal);
    const deleted = harness.simulator.requests.filter(({ route }) => route === 'deleteFile').map(({ path }) => path);
    const { output_file_id: output } = harness.simulator.batches.find((batch) => batch.id === ours.id)!;
    expect(deleted.sort()).toEqual([`/v1/files/${ours.attempt.inputId}`, `/v1/files/${output}`].sort());
  });

  it('sends the attempt as metadata and never an id of the caller', async () => {
    await scenario.submit();
    const [create] = harness.simulator.creates;
    expect(create?.metadata).toEqual({ meshbatch_attempt: 'aaaaaaa1', meshbatch_part: 'part_1' });
    expect(create?.customIds).toEqual(Array.from({ length: 8 }, (_, index) => toItemId(index, 'aaaaaaa1')));
    expect(harness.simulator.uploads[0]?.filename).toContain('aaaaaaa1');
  });

  it('reads a completed job that won the race against its cancel', async () => {
    const simulator = await OpenAiSimulator.start({ ...STATES, cancelEnds: 'completed' });
    const adapter = defineOpenAiShaped(OPENAI).create({ apiKey: 'sk-simulated', baseUrl: simulator.url });
    const racing = new Scenario({ ...harness, adapter });
    simulator.hold('in_progress');
    const { id } = await racing.submit();
    await simulator.waitForBatch((batch) => batch.request_counts.completed === 4);
    await adapter.cancel(id, racing.signal);
    await simulator.waitForBatch((batch) => batch.status === 'completed');
    expect((await racing.outcomes(id)).filter(({ response }) => response?.statusCode === 200)).toHaveLength(8);
    await simulator.stop();
  });

  it('reads what the handles that are there name, and all once they have come', async () => {
    const simulator = await OpenAiSimulator.start({ ...STATES, handleLag: { polls: 1, files: 'both' } });
    const adapter = defineOpenAiShaped(OPENAI).create({ apiKey: 'sk-simulated', baseUrl: simulator.url });
    const lagging = new Scenario({ ...harness, adapter });
    const { id } = await lagging.submit();
    await simulator.waitForBatch((batch) => batch.status === 'completed');
    expect(await lagging.outcomes(id)).toEqual([]);
    expect(await lagging.outcomes(id)).toHaveLength(8);
    await simulator.stop();
  });

  it('finds a job behind many others', async () => {
    const { attempt, id } = await scenario.submit('aaaaaaa1');
    const other = await scenario.stage(scenario.attempt('bbbbbbb2'));
    for (let made = 0; made < 120; made++) await scenario.adapter.submit(other, scenario.lines(other), scenario.signal);
    expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
  });

  it('never sends the key to another origin', async () => {
    let arrived = 0;
    const other = await listen((_, response) => response.end(String(++arrived)));
    const front = await listen((request, response) => {
      request.resume();
      response.writeHead(307, { location: `${other.url}${request.url}` }).end();
    });
    const adapter = defineOpenAiShaped(OPENAI).create({ apiKey: 'sk-key', baseUrl: front.url });
    const redirected = new Scenario({ ...harness, adapter });
    const attempt = redirected.attempt('aaaaaaa1', { inputId: 'file-1' });
    const { signal } = redirected;
    const calls = [
      adapter.stage(attempt, redirected.lines(attempt), signal),
      adapter.submit(attempt, redirected.lines(attempt), signal),
      adapter.find(attempt, signal),
      adapter.poll('batch_1', signal),
      redirected.outcomes('batch_1'),
      adapter.cancel('batch_1', signal),
      adapter.withdraw(attempt, signal),
    ];
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'ProviderCallError' } });
    }
    expect(arrived).toBe(0);
    await Promise.all([front.close(), other.close()]);
  });

  it.each([
    ['that is not JSON', ['{"custom_id":', '<html>']],
    ['of another shape', ['{"error":"x"}']],
  ])('reads on behind a whole row %s', async (_, rows) => {
    const lines = () => [row(0, 'a'), ...rows, row(1, 'b')].map((line) => `${line}\n`);
    await withResults(lines, async (adapter, id) => {
      const outcomes = await new Scenario({ ...harness, adapter }).outcomes(id);
      const good = outcomes.filter(({ response }) => response !== null);
      expect(good).toHaveLength(2);
      expect(outcomes.at(-1)).toEqual(good[1]);
    });
  });

  it.each(['../files', 'a/b', 'batch_1?x=1', 'a#b', ''])('does not put the id %j into a path', async (id) => {
    await expect(scenario.adapter.poll(id, scenario.signal)).rejects.toBeInstanceOf(ProviderCallError);
    expect(harness.simulator.requests).toEqual([]);
  });
});
