import { toItemId } from '../../src/execution/item-id';
import { OPENROUTER } from '../../src/providers/adapters/openrouter/openrouter.adapter';
import type { Endpoint, ItemOutcome } from '../../src/providers/contract/adapter';
import { BIG_NUMBERS } from '../support/upstreams/openrouter/outcomes';
import { MemoryWatch } from './blob-store.contract';
import { CannedServer } from './canned-server';
import { KEY, LIMITS, MODEL, openRouter, type OpenRouterHarness } from './openrouter.harness';
import { describeProviderAdapter } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';
import { Scenario, TOKENS } from './scenario';
import { repeated, staged } from './staged-lines';

describeProviderAdapter('OpenRouter', openRouter, LIMITS);
describeProviderFaults('OpenRouter', openRouter, LIMITS);

describe('OpenRouter alone', () => {
  let harness: OpenRouterHarness;
  let scenario: Scenario<OpenRouterHarness>;
  beforeEach(async () => {
    harness = await openRouter();
    scenario = new Scenario(harness);
  });
  afterEach(() => harness.close());

  async function run(texts: readonly string[]): Promise<(index: number) => ItemOutcome[]> {
    const outcomes = await scenario.outcomes(await scenario.runTexts(texts));
    return (index) => outcomes.filter(({ itemId }) => itemId === toItemId(index, TOKENS[0]));
  }

  it('sends a length, the endpoint and the model first, our ids, and the model in every body', async () => {
    const { id } = await scenario.submit();
    const [create] = harness.simulator.requests;
    expect(create?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'content-length': expect.stringMatching(/^\d+$/),
    });
    const body = create?.body as { endpoint: string; model: string; requests: { body: object }[] };
    expect(Object.keys(body)).toEqual(['endpoint', 'model', 'requests']);
    expect(body).toMatchObject({ endpoint: '/v1/chat/completions', model: MODEL });
    expect(body.requests[7]).toEqual({
      custom_id: toItemId(7, TOKENS[0]),
      body: { model: MODEL, messages: [{ role: 'user', content: 'say 7' }] },
    });
    await harness.finish(id);
  });

  it('follows a batch through its states', async () => {
    harness.hold();
    const attempt = scenario.attempt();
    const made = await scenario.adapter.submit(attempt, scenario.lines(attempt), scenario.signal);
    expect(made).toMatchObject({ state: 'validating', counts: { total: 8, succeeded: 0, failed: 0 }, errors: [] });
    await harness.halfway(made.id);
    expect(await scenario.state(made.id)).toBe('in_progress');
    expect(await scenario.outcomes(made.id)).toEqual([]);
    const refused = { name: 'ProviderCallError', failure: 'rejected', details: { status: 409 } };
    await expect(scenario.adapter.cleanup(attempt, made.id, scenario.signal)).rejects.toMatchObject(refused);
    await harness.finish(made.id);
    expect(await scenario.state(made.id)).toBe('completed');
  });

  it('tells apart what became of each item', async () => {
    const of = await run(['#status:429', '#error:provider_overloaded', '#drop', '#dup', '#garbage', '#bignum', 'fine']);
    expect(of(0)).toMatchObject([{ response: { statusCode: 429, requestId: expect.any(String) }, error: null }]);
    expect(of(1)).toMatchObject([{ response: { statusCode: 503, requestId: null }, error: null }]);
    expect(JSON.parse(String(of(1)[0]?.response?.body))).toEqual({
      error: {
        message: 'Simulated provider_overloaded.',
        type: 'invalid_request_error',
        param: null,
        code: 'provider_overloaded',
      },
    });
    expect([of(2).length, of(3).length]).toEqual([0, 2]);
    expect(of(4)).toMatchObject([{ response: null, error: { code: 'provider_bad_row' } }]);
    expect(String(of(5)[0]?.response?.body)).toContain(BIG_NUMBERS);
    expect(of(6)).toMatchObject([{ response: { statusCode: 200 }, error: null }]);
  });

  it.each<[Endpoint, object]>([
    ['/v1/responses', { input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }] }],
    ['/v1/embeddings', { input: ['a', 'b'], dimensions: 3 }],
    [
      '/v1/chat/completions',
      {
        modalities: ['text'],
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.com/data:x.png' } }] },
        ],
      },
    ],
  ])('sends to %s what its checks take, and the vendor takes it too', async (endpoint, body) => {
    const item = { endpoint, body: Buffer.from(JSON.stringify({ model: 'openrouter/x', ...body })) };
    expect(scenario.adapter.check(item, scenario.target)).toEqual([]);
    const line = scenario.adapter.encode(item, toItemId(0, TOKENS[0]), scenario.target);
    const { attempt, id } = await scenario.submitLines([line], { endpoint });
    await harness.finish(id);
    expect(await scenario.outcomes(id)).toMatchObject([{ response: { statusCode: 200 } }]);
    expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
  });

  describe('a batch that is refused', () => {
    it('names the item for which a batch failed before any ran', async () => {
      const id = await scenario.runTexts(['fine', '#refuse', 'fine']);
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
        state: 'failed',
        counts: { total: 3, succeeded: 0, failed: 0 },
        errors: [{ code: 'batch_failed', line: null, itemId: toItemId(1, TOKENS[0]) }],
        retryable: false,
      });
      expect(await scenario.outcomes(id)).toEqual([]);
    });

    it('names the line that the create was refused for', async () => {
      const lines = staged(['{"custom_id":"a","body":{}}', '{"custom_id":"b"}']);
      await expect(scenario.adapter.submit(scenario.attempt(), lines, scenario.signal)).rejects.toMatchObject({
        failure: 'rejected',
        message: 'body is required on requests[1].',
        details: { status: 400, line: 2 },
      });
    });

    it('is rejected when the vendor cannot take an id', async () => {
      const lines = staged([`{"custom_id":"${'a'.repeat(65)}","body":{}}`]);
      await expect(scenario.adapter.submit(scenario.attempt(), lines, scenario.signal)).rejects.toMatchObject({
        failure: 'rejected',
        certainlyNotDone: true,
        details: { status: 422, line: 1 },
      });
    });

    it.each([
      [402, 'unauthorized'],
      [404, 'not_found'],
      [413, 'rejected'],
      [429, 'throttled'],
      [502, 'ambiguous'],
    ] as const)('with %d, is %s', async (status, failure) => {
      harness.fail('submit', { status });
      await expect(scenario.submit()).rejects.toMatchObject({ failure, details: { status } });
      expect(harness.created()).toEqual([]);
    });
  });

  it('does not see a batch at once, and then does', async () => {
    harness.fail('submit', { visible_after_ms: 250 });
    const { attempt, id } = await scenario.submit();
    await expect(scenario.adapter.poll(id, scenario.signal)).rejects.toMatchObject({ failure: 'not_found' });
    expect(await scenario.adapter.find(attempt, scenario.signal)).toBeNull();
    let seen: { id: string } | null = null;
    while (!seen) seen = await scenario.adapter.poll(id, scenario.signal).catch(() => null);
    expect(seen.id).toBe(id);
    expect(OPENROUTER.capabilities.notFoundGraceMs).toBeGreaterThanOrEqual(120_000);
  });

  it('pauses, and loses nothing, while the results are withheld for want of credit', async () => {
    const { id } = await scenario.submit();
    await harness.finish(id);
    harness.simulator.faults.add({ route: 'get', kind: { status: 402 }, times: 2 });
    await expect(scenario.state(id)).rejects.toMatchObject({ failure: 'unauthorized' });
    await expect(scenario.outcomes(id)).rejects.toMatchObject({ failure: 'unauthorized' });
    expect(await scenario.outcomes(id)).toHaveLength(8);
  });

  describe('a create without an answer', () => {
    const unsure = { failure: 'ambiguous', details: { code: 'attempt_not_named' } };

    it('takes no running batch of the same size for its own, and says so', async () => {
      harness.hold();
      const { attempt, id } = await scenario.submit();
      await harness.halfway(id);
      for (const each of [attempt, scenario.attempt(TOKENS[1])]) {
        await expect(scenario.adapter.find(each, scenario.signal)).rejects.toMatchObject(unsure);
      }
      await harness.finish(id);
      expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
      expect(await scenario.adapter.find(scenario.attempt(TOKENS[1]), scenario.signal)).toBeNull();
    });

    it.each([
      ['another size', { itemCount: 7 }],
      ['another endpoint', { endpoint: '/v1/responses' as const }],
      ['a later time', { begunAt: Date.now() + 3_600_000, createSentAt: Date.now() + 3_600_000 }],
      ['an earlier time', { begunAt: Date.now() - 7_200_000, createSentAt: Date.now() - 7_200_000 }],
    ])('does not look at batches of %s', async (_, more) => {
      harness.hold();
      const { id } = await scenario.submit();
      await harness.halfway(id);
      expect(await scenario.adapter.find(scenario.attempt(TOKENS[0], more), scenario.signal)).toBeNull();
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

    it('is neither found nor waited for when it expired or was stopped elsewhere: whose it was, nobody can tell', async () => {
      harness.hold();
      const { attempt, id } = await scenario.submit();
      await harness.halfway(id);
      harness.simulator.cancelElsewhere(harness.simulator.created[0]!);
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({ state: 'cancelled' });
      expect(await scenario.adapter.find(attempt, scenario.signal)).toBeNull();
    });

    it('is found by the item for which it failed, and is not mistaken for another’s', async () => {
      const id = await scenario.runTexts(['#refuse']);
      const attempt = scenario.attempt(TOKENS[0], { itemCount: 1 });
      expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id, state: 'failed' });
      expect(await scenario.adapter.find({ ...attempt, token: TOKENS[1] }, scenario.signal)).toBeNull();
    });

    /** What a find says when these are the batches, which run unless they say otherwise. */
    async function findAmong(...batches: object[]): Promise<unknown> {
      const data = batches.map((batch) => ({ id: 'batch-1', status: 'in_progress', created_at: sentAt, ...batch }));
      harness.simulator.faults.add({ route: 'list', kind: { status: 200, body: { data } } });
      return scenario.adapter.find(scenario.attempt(), scenario.signal);
    }
    const sentAt = Math.floor(Date.now() / 1000);
    const counting = (total: number) => ({ request_counts: { total, completed: 0, failed: 0 } });

    it.each([
      ['which is not counted yet', counting(0)],
      ['of a status that nobody knows, which is not counted yet', { ...counting(0), status: 'resting' }],
      ['without a time', { created_at: null }],
      ['of a time in words', { created_at: '2026-11-01T00:00:00Z' }],
    ])('is not known beside a batch %s', async (_, batch) => {
      await expect(findAmong(batch)).rejects.toMatchObject(unsure);
    });

    it.each([
      ['that ended with nothing', { ...counting(0), status: 'expired' }],
      ['of another size and no time', { ...counting(7), created_at: null }],
    ])('is not a batch %s', async (_, batch) => {
      expect(await findAmong(batch)).toBeNull();
    });

    it('is not known when the list leads back to where it was', async () => {
      const body = { data: [], has_more: true, last_id: 'batch-1' };
      harness.simulator.faults.add({ route: 'list', kind: { status: 200, body }, times: 9 });
      const find = scenario.adapter.find(scenario.attempt(), scenario.signal);
      await expect(find).rejects.toMatchObject({ name: 'ProviderCallError', failure: 'ambiguous' });
      expect(harness.simulator.requestCounts().list).toBe(2);
    });

    it.each([null, { cost: 1 }])(
      'does not wait for a batch that failed for no item’s fault, with usage %j',
      async (usage) => {
        const counts = { total: 8, completed: 0, failed: 8 };
        const failed = { id: 'batch-1', status: 'failed', created_at: Math.floor(Date.now() / 1000), usage };
        const page = { data: [{ strange: true }, { ...failed, request_counts: counts, error: { message: 'no' } }] };
        const server = await CannedServer.answering(() => page);
        const adapter = OPENROUTER.create({ apiKey: KEY, baseUrl: server.url });
        expect(await adapter.find(scenario.attempt(), scenario.signal)).toBeNull();
        await server.close();
      },
    );
  });

  it('sends a large create in little memory', async () => {
    const lines = repeated(scenario.line(0, TOKENS[0], 'x'.repeat(64_000)), 1000);
    let [received, memory] = [0, new MemoryWatch()];
    const server = await CannedServer.open((request, response) => {
      request.on('data', (chunk: Buffer) => {
        if (Math.floor(received / 8e6) !== Math.floor((received += chunk.length) / 8e6)) memory.sample();
      });
      request.on('end', () => response.writeHead(202).end('{"id":"batch-1","status":"validating","created_at":1}'));
    });
    memory = new MemoryWatch();
    const adapter = OPENROUTER.create({ apiKey: KEY, baseUrl: server.url });
    expect(await adapter.submit(scenario.attempt(), lines, scenario.signal)).toMatchObject({ id: 'batch-1' });
    expect(received).toBeGreaterThan(lines.bytes);
    expect(memory.peakMiB).toBeLessThan(24);
    await server.close();
  });
});
