import { toItemId } from '../../src/execution/item-id';
import { ANTHROPIC } from '../../src/providers/adapters/anthropic/anthropic.adapter';
import type { ItemOutcome, TargetModel } from '../../src/providers/contract/adapter';
import { BIG_INPUT } from '../support/upstreams/anthropic/outcomes';
import type { SimulatorOptions } from '../support/upstreams/anthropic/types';
import { anthropic, BATCH, KEY, MODEL, type AnthropicHarness } from './anthropic.harness';
import { MemoryWatch } from './blob-store.contract';
import { CannedServer } from './canned-server';
import { describeProviderAdapter } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';
import { bodyOf, Scenario, TOKENS } from './scenario';
import { repeated } from './staged-lines';

const LIMITS = { inline: true, unnamed: true, partlyRun: 'completed' } as const;

describeProviderAdapter('Anthropic', anthropic, LIMITS);
describeProviderFaults('Anthropic', anthropic, LIMITS);

describe('Anthropic alone', () => {
  let harness: AnthropicHarness;
  let scenario: Scenario<AnthropicHarness>;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    harness = await anthropic(options);
    scenario = new Scenario(harness);
  }

  beforeEach(() => start());
  afterEach(() => harness.close());

  /** Runs one item for each text, and returns the outcomes by the item's index. */
  async function run(texts: readonly string[]): Promise<Map<string, ItemOutcome>> {
    const id = await scenario.runTexts(texts);
    return new Map((await scenario.outcomes(id)).map((outcome) => [outcome.itemId, outcome]));
  }

  it('sends our ids, the version and a length, and no id of the caller', async () => {
    await scenario.submit();
    const [create] = harness.simulator.requests;
    expect(create?.headers).toMatchObject({
      'x-api-key': KEY,
      'anthropic-version': '2023-06-01',
      'content-length': expect.stringMatching(/^\d+$/),
    });
    const ids = Array.from({ length: 8 }, (_, index) => toItemId(index, TOKENS[0]));
    expect(harness.simulator.created[0]?.customIds).toEqual(ids);
  });

  it('takes an account without money for nobody’s batch at fault', async () => {
    const message = 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.';
    const body = { type: 'error', error: { type: 'invalid_request_error', message } };
    harness.simulator.faults.add({ route: 'create', kind: { status: 400, body } });
    await expect(scenario.submit()).rejects.toMatchObject({ failure: 'unauthorized', certainlyNotDone: true });
  });

  it('tells apart what became of each item', async () => {
    const types = ['invalid_request_error', 'authentication_error', 'billing_error', 'permission_error'];
    types.push('not_found_error', 'request_too_large', 'rate_limit_error', 'api_error', 'timeout_error');
    types.push('overloaded_error', 'brand_new_error');
    const outcomes = await run([...types.map((type) => `#error:${type}`), '#expire', '#drop', '#garbage', 'fine']);
    const of = (index: number) => outcomes.get(toItemId(index, TOKENS[0]));
    const statuses = types.map((_, index) => of(index)?.response?.statusCode);
    expect(statuses).toEqual([400, 401, 402, 403, 404, 413, 429, 500, 504, 529, 500]);
    expect(bodyOf(of(6))).toEqual({
      error: {
        message: 'Simulated rate_limit_error.',
        type: 'rate_limit_error',
        param: null,
        code: 'rate_limit_error',
      },
    });
    expect(of(6)?.response?.requestId).toMatch(/^req_/);
    expect(of(11)).toMatchObject({ response: null, error: { code: 'batch_expired' } });
    expect(of(12)).toBeUndefined();
    expect(of(13)).toMatchObject({ response: null, error: { code: 'provider_bad_row' } });
    expect(of(14)).toMatchObject({ response: { statusCode: 200 }, error: null });
  });

  it('answers with a chat completion, its tool input digit by digit', async () => {
    const outcomes = await run(['#tool #think', '#stop:refusal']);
    const completion = bodyOf(outcomes.get(toItemId(0, TOKENS[0])));
    expect(completion).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-msg_/),
      object: 'chat.completion',
      model: MODEL,
      choices: [
        {
          finish_reason: 'tool_calls',
          message: { content: null, reasoning_content: 'Let me see.', tool_calls: [{ type: 'function' }] },
        },
      ],
      usage: { prompt_tokens: 15, completion_tokens: 3, total_tokens: 18 },
    });
    expect(Math.abs(completion.created - Date.now() / 1000)).toBeLessThan(60);
    expect(completion.choices[0].message.tool_calls[0].function.arguments).toBe(BIG_INPUT);
    expect(bodyOf(outcomes.get(toItemId(1, TOKENS[0]))).choices[0].finish_reason).toBe('content_filter');
  });

  it('sends what its own checks take, and the vendor takes it too', async () => {
    const target: TargetModel = { upstream: MODEL, traits: {} };
    const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"n":12345678901234567890}' } };
    const body = {
      model: 'x',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'auto' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
          ],
        },
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'c1', content: '' },
        { role: 'user', content: 'go on' },
      ],
      tools: [{ type: 'function', function: { name: 'f' } }],
      tool_choice: 'required',
      parallel_tool_calls: false,
      reasoning_effort: 'high',
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
      stop: ['END'],
      temperature: 0.5,
      user: 'u',
    };
    const item = { endpoint: '/v1/chat/completions' as const, body: Buffer.from(JSON.stringify(body)) };
    expect(scenario.adapter.check(item, target)).toEqual([]);
    const id = await scenario.runLines([scenario.adapter.encode(item, toItemId(0, TOKENS[0]), target)]);
    expect((await scenario.outcomes(id))[0]?.response?.statusCode).toBe(200);
  });

  it('cancels all of a batch of which nothing ran', async () => {
    await harness.close();
    await start({ runningMs: 10_000 });
    const { id } = await scenario.submit();
    await scenario.adapter.cancel(id, scenario.signal);
    await harness.finish(id);
    expect(await scenario.state(id)).toBe('cancelled');
    expect(new Set((await scenario.outcomes(id)).map(({ error }) => error?.code))).toEqual(
      new Set(['batch_cancelled']),
    );
  });

  it.each([
    [false, 0],
    [true, 4],
  ])(
    'tells what ran of a running batch when the vendor does, and finds the batch either way: %s',
    async (early, ran) => {
      await harness.close();
      await start({ countsEarly: early });
      harness.hold();
      const { attempt, id } = await scenario.submit();
      await harness.halfway(id);
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
        state: 'in_progress',
        counts: { total: 8, succeeded: ran, failed: 0 },
      });
      const unnamed = { details: { code: 'attempt_not_named' } };
      await expect(scenario.adapter.find(attempt, scenario.signal)).rejects.toMatchObject(unnamed);
    },
  );

  it('reads nothing of a batch that has not ended, and does not delete it', async () => {
    harness.hold();
    const { attempt, id } = await scenario.submit();
    expect(await scenario.outcomes(id)).toEqual([]);
    const refused = { name: 'ProviderCallError', failure: 'rejected' };
    await expect(scenario.adapter.cleanup(attempt, id, scenario.signal)).rejects.toMatchObject(refused);
  });

  describe('a create without an answer', () => {
    it('takes no running batch of the same size for its own, and says so', async () => {
      harness.hold();
      const { attempt, id } = await scenario.submit();
      const unsure = { failure: 'ambiguous', details: { code: 'attempt_not_named' } };
      await expect(scenario.adapter.find(attempt, scenario.signal)).rejects.toMatchObject(unsure);
      await expect(scenario.adapter.find(scenario.attempt(TOKENS[1]), scenario.signal)).rejects.toMatchObject(unsure);
      await harness.finish(id);
      expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
      expect(await scenario.adapter.find(scenario.attempt(TOKENS[1]), scenario.signal)).toBeNull();
    });

    it.each([
      ['another size', { itemCount: 7 }],
      ['a later time', { begunAt: Date.now() + 3_600_000, createSentAt: Date.now() + 3_600_000 }],
      ['an earlier time', { begunAt: Date.now() - 7_200_000, createSentAt: Date.now() - 7_200_000 }],
    ])('does not look at batches of %s', async (_, more) => {
      harness.hold();
      await scenario.submit();
      expect(await scenario.adapter.find(scenario.attempt(TOKENS[0], more), scenario.signal)).toBeNull();
    });

    it('is not found, nor waited for, when its batch ended without a row that tells whose it is', async () => {
      const id = await scenario.runTexts(['#drop']);
      expect(await scenario.state(id)).toBe('completed');
      expect(await scenario.adapter.find(scenario.attempt(TOKENS[0], { itemCount: 1 }), scenario.signal)).toBeNull();
    });

    it('is found once the list shows its batch, and not before', async () => {
      harness.simulator.faults.add({ route: 'create', kind: { visible_after_ms: 60_000 } });
      const { attempt, id } = await scenario.submit();
      await harness.finish(id);
      expect(await scenario.adapter.find(attempt, scenario.signal)).toBeNull();
      const shown = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
      expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
      shown.mockRestore();
    });

    it('is found behind many others', async () => {
      const { attempt, id } = await scenario.submit();
      const other = scenario.attempt(TOKENS[1], { itemCount: 1 });
      for (let made = 0; made < 120; made++) {
        await scenario.adapter.submit(other, scenario.lines(other), scenario.signal);
      }
      await harness.finish(id);
      expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
    });

    it('is not known when the list leads back to where it was', async () => {
      const body = { data: [], has_more: true, last_id: 'msgbatch_1' };
      harness.simulator.faults.add({ route: 'list', kind: { status: 200, body }, times: 9 });
      const find = scenario.adapter.find(scenario.attempt(), scenario.signal);
      await expect(find).rejects.toMatchObject({ name: 'ProviderCallError', failure: 'ambiguous' });
      expect(harness.simulator.requestCounts().list).toBe(2);
    });

    it('is certain when the vendor says that it is overloaded', async () => {
      harness.simulator.faults.add({ route: 'create', kind: { status: 529, retryAfter: 3 } });
      await expect(scenario.submit()).rejects.toMatchObject({
        failure: 'throttled',
        certainlyNotDone: true,
        details: { status: 529, code: 'overloaded_error', retryAfterMs: 3000 },
      });
    });
  });

  it('sends a large create in little memory', async () => {
    const lines = repeated(scenario.line(0, TOKENS[0], 'x'.repeat(64_000)), 1000);
    let [received, peak] = [0, new MemoryWatch()];
    const server = await CannedServer.open((request, response) => {
      request.on('data', (chunk: Buffer) => {
        if (Math.floor(received / 8e6) !== Math.floor((received += chunk.length) / 8e6)) peak.sample();
      });
      request.on('end', () => response.end(JSON.stringify(BATCH)));
    });
    peak = new MemoryWatch();
    const adapter = ANTHROPIC.create({ apiKey: KEY, baseUrl: server.url });
    await adapter.submit(scenario.attempt(), lines, scenario.signal);
    expect(received).toBe(lines.bytes + '{"requests":['.length + ']}'.length - 1);
    expect(peak.peakMiB).toBeLessThan(24);
    await server.close();
  });
});
