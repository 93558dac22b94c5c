import { mkdtemp, rm } from 'node:fs/promises';
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
import { ProviderCallError } from '../../src/providers/contract/errors';
import { OPENAI_DIALECT } from '../support/upstreams/openai/dialect';
import type { SimulatorOptions } from '../support/upstreams/openai/types';
import { CannedServer } from './canned-server';
import { openAiShaped, rowOf, withResults, type ShapedHarness } from './openai-shaped.harness';
import { describeProviderAdapter } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';
import { ALL, indexesOf, Scenario, type AdapterHarness } from './scenario';

const openAi = (options?: SimulatorOptions) =>
  openAiShaped({ profile: OPENAI, dialect: OPENAI_DIALECT, model: 'gpt-4o-mini' }, options);

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

describe('OpenAI alone', () => {
  let harness: ShapedHarness;
  let scenario: Scenario<ShapedHarness>;
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
    const racing = new Scenario(await openAi({ cancelEnds: 'completed' }));
    const { simulator } = racing.harness;
    simulator.hold('in_progress');
    const { id } = await racing.submit();
    await simulator.waitForBatch((batch) => batch.request_counts.completed === 4);
    await racing.adapter.cancel(id, racing.signal);
    await simulator.waitForBatch((batch) => batch.status === 'completed');
    expect((await racing.outcomes(id)).filter(({ response }) => response?.statusCode === 200)).toHaveLength(8);
    await racing.harness.close();
  });

  it('reads what there is of a job whose cancel lost a line that it had counted', async () => {
    const losing = new Scenario(await openAi({ cancelLoses: 1 }));
    const { adapter, harness: other, signal } = losing;
    for (const state of ['in_progress', 'cancelling']) other.simulator.hold(state);
    const { id } = await losing.submit();
    await other.halfway(id);
    await adapter.cancel(id, signal);
    expect((await adapter.poll(id, signal)).counts).toEqual({ total: 8, succeeded: 5, failed: 0 });
    await other.finish(id);
    expect(await adapter.poll(id, signal)).toMatchObject({
      state: 'cancelled',
      counts: { total: 8, succeeded: 4, failed: 0 },
    });
    const outcomes = await losing.outcomes(id);
    expect(indexesOf(outcomes)).toEqual(ALL.filter((index) => index !== 4));
    expect(outcomes.filter(({ error }) => error?.code === 'batch_cancelled')).toHaveLength(3);
    await other.close();
  });

  it.each(['both', 'output'] as const)(
    'reads no completed job as whole while its handles are late: %s',
    async (files) => {
      const polls = 8;
      const lagging = new Scenario(await openAi({ handleLag: { polls, files } }));
      const { id } = await lagging.submit();
      await lagging.harness.simulator.waitForBatch((batch) => batch.status === 'completed');
      for (let read = 0; read < polls; read++) {
        await expect(lagging.outcomes(id)).rejects.toThrow('its output is not there yet');
      }
      expect(await lagging.outcomes(id)).toHaveLength(8);
      await lagging.harness.close();
    },
  );

  it('reads a job without handles as one without rows once it ended long ago', async () => {
    const bare = new Scenario(await openAi({ handleLag: { polls: 8, files: 'both' } }));
    const { id } = await bare.submit();
    await bare.harness.simulator.waitForBatch((batch) => batch.status === 'completed');
    const clock = { now: () => Date.now() + 2 * 3_600_000, sleep: () => Promise.resolve() };
    const baseUrl = bare.harness.simulator.url;
    const adapter = defineOpenAiShaped(OPENAI).create({ apiKey: 'sk-simulated', baseUrl, clock });
    expect(await new Scenario({ ...bare.harness, adapter }).outcomes(id)).toEqual([]);
    await bare.harness.close();
  });

  it('finds a job behind many others', async () => {
    const { attempt, id } = await scenario.submit('aaaaaaa1');
    const other = await scenario.stage(scenario.attempt('bbbbbbb2'));
    for (let made = 0; made < 120; made++) await scenario.adapter.submit(other, scenario.lines(other), scenario.signal);
    expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
  });

  it('passes over entries of any shape, and goes on behind the last that has an id', async () => {
    const { attempt, id } = await scenario.submit('aaaaaaa1');
    const data = [null, 7, 'x', { id: 5 }, { id: 'odd/id ü', status: {} }, []];
    const page = { object: 'list', data, has_more: true };
    harness.simulator.faults.add({ route: 'list', kind: { status: 200, body: page } });
    const ours = { id, status: 'validating', input_file_id: attempt.inputId };
    const last = { object: 'list', data: [ours, {}], has_more: false };
    harness.simulator.faults.add({ route: 'list', kind: { status: 200, body: last } });
    expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
    const asked = harness.simulator.requests.filter(({ route }) => route === 'list');
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['leads in a ring', ['a', 'b', 'a']],
    ['goes on and does not tell where', [null]],
  ])('does not take a batch for missing from a list that %s', async (_, ids) => {
    for (const entry of ids) {
      const body = { object: 'list', data: [entry === null ? null : { id: entry }], has_more: true };
      harness.simulator.faults.add({ route: 'list', kind: { status: 200, body } });
    }
    const find = scenario.adapter.find(scenario.attempt('aaaaaaa1'), scenario.signal);
    await expect(find).rejects.toMatchObject({ name: 'ProviderCallError', failure: 'ambiguous' });
    expect(harness.simulator.requestCounts().list).toBe(ids.length);
  });

  it('withdraws nothing where the list of files leads in a ring', async () => {
    const body = { object: 'list', data: [{ id: 'file-x' }], has_more: true };
    harness.simulator.faults.add({ route: 'listFiles', kind: { status: 200, body }, times: 99 });
    await scenario.adapter.withdraw(scenario.attempt('aaaaaaa1'), scenario.signal);
    expect(harness.simulator.requestCounts().deleteFile).toBeUndefined();
  });

  it('never sends the key to another origin', async () => {
    let arrived = 0;
    const other = await CannedServer.open((_, response) => response.end(String(++arrived)));
    const front = await CannedServer.open((request, response) => {
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
    const lines = () =>
      [rowOf(OPENAI_DIALECT, 0, 'a'), ...rows, rowOf(OPENAI_DIALECT, 1, 'b')].map((line) => `${line}\n`);
    await withResults(OPENAI, lines, async (adapter, id) => {
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
