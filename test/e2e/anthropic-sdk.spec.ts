import Anthropic from '@anthropic-ai/sdk';
import type { BatchCreateParams, MessageBatchIndividualResponse } from '@anthropic-ai/sdk/resources/messages/batches';
import { setTimeout as sleep } from 'node:timers/promises';
import { chatItems } from '../support/service/api-client';
import { DATABASE_KINDS, TEST_KEY, TestService } from '../support/service/test-service';
import { sampled } from '../support/tier';
import type { AnthropicSimulator } from '../support/upstreams/anthropic/anthropic-simulator';
import type { AnySimulator } from '../support/upstreams/kit/simulator';
import { SIMULATORS } from '../support/upstreams/simulators';

const KEY = 'sk-simulated';
const MODELS = {
  openai: 'gpt-4o-mini',
  anthropic: 'claude-haiku-4-5',
  gemini: 'gemini-2.5-flash',
  mistral: 'mistral-small-latest',
};
const TOOL = { name: 'look_up', description: 'Looks up', input_schema: { type: 'object' as const, properties: {} } };

const requestsOf = (model: string, texts: readonly string[]): BatchCreateParams['requests'] =>
  texts.map((content, index) => ({
    custom_id: `item-${index}`,
    params: { model, max_tokens: 64, messages: [{ role: 'user', content }] },
  }));

/** The params of the last create that came in, as they came. */
function sentTo(simulator: AnthropicSimulator): unknown[] {
  const { body } = simulator.requests.filter(({ route }) => route === 'create').at(-1) ?? {};
  return (body as { requests: { params: unknown }[] }).requests.map(({ params }) => params);
}

/** The vendor's own client, as it comes from npm. */
describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'embedded'))('the Anthropic SDK, %s database', (database) => {
  const simulators = new Map<string, AnySimulator>();
  let service: TestService;
  let client: Anthropic;

  beforeAll(async () => {
    for (const id of Object.keys(MODELS)) simulators.set(id, await SIMULATORS[id]!({ apiKey: KEY, stateMs: 5 }));
    const settings = [...simulators].flatMap(([id, { url }]) => [
      [`${id.toUpperCase()}_API_KEY`, KEY],
      [`${id.toUpperCase()}_BASE_URL`, url],
    ]);
    service = await TestService.start({ database, env: Object.fromEntries(settings) as Record<string, string> });
    client = new Anthropic({ apiKey: TEST_KEY, baseURL: service.url, maxRetries: 0 });
  });

  afterAll(async () => {
    await service.dispose();
    for (const simulator of simulators.values()) await simulator.stop();
  });

  async function ended(id: string): Promise<Anthropic.Messages.MessageBatch> {
    for (let tries = 0; tries < 600; tries++) {
      const batch = await client.messages.batches.retrieve(id);
      if (batch.processing_status === 'ended') return batch;
      await sleep(40);
    }
    throw new Error(`The batch ${id} does not end`);
  }

  async function resultsOf(id: string): Promise<MessageBatchIndividualResponse[]> {
    const rows: MessageBatchIndividualResponse[] = [];
    for await (const row of await client.messages.batches.results(id)) rows.push(row);
    return rows;
  }

  it.each(Object.entries(MODELS))('runs a batch at %s to its results', async (_, model) => {
    const texts = ['one', 'zwei', 'три'];
    const created = await client.messages.batches.create({
      requests: requestsOf(model, texts).map(({ custom_id, params }) => ({
        custom_id,
        params: { ...params, system: 'Be brief.', tools: [TOOL], temperature: 0.5, stop_sequences: ['END'] },
      })),
    });
    expect(created).toMatchObject({
      type: 'message_batch',
      processing_status: 'in_progress',
      request_counts: { processing: 3, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
      ended_at: null,
      results_url: null,
    });
    expect(Date.parse(created.expires_at) - Date.parse(created.created_at)).toBe(24 * 3_600_000);
    const batch = await ended(created.id);
    expect(batch.request_counts).toEqual({ processing: 0, succeeded: 3, errored: 0, canceled: 0, expired: 0 });
    expect(Date.parse(batch.ended_at ?? '')).toBeGreaterThan(0);
    const rows = await resultsOf(created.id);
    expect(rows.map(({ custom_id }) => custom_id)).toEqual(['item-0', 'item-1', 'item-2']);
    expect(rows.map(({ result }) => result)).toEqual(
      texts.map((text) => ({
        type: 'succeeded',
        message: expect.objectContaining({
          type: 'message',
          role: 'assistant',
          stop_reason: 'end_turn',
          content: [expect.objectContaining({ type: 'text', text })],
          usage: expect.objectContaining({ output_tokens: expect.any(Number) }),
        }),
      })),
    );
  });

  it('sends params to Anthropic as they came, thinking and marks for the cache too', async () => {
    const anthropic = simulators.get('anthropic') as AnthropicSimulator;
    const params = {
      max_tokens: 4096,
      thinking: { type: 'enabled' as const, budget_tokens: 2048 },
      system: [
        { type: 'text' as const, text: 'Be brief.', cache_control: { type: 'ephemeral' as const, ttl: '1h' as const } },
      ],
      messages: [
        {
          role: 'user' as const,
          content: [
            {
              type: 'document' as const,
              source: { type: 'base64' as const, media_type: 'application/pdf' as const, data: 'AAAA' },
              citations: { enabled: true },
            },
            { type: 'text' as const, text: '#think', cache_control: { type: 'ephemeral' as const } },
          ],
        },
      ],
    };
    const { id } = await client.messages.batches.create({
      requests: [{ custom_id: 'only', params: { model: 'anthropic/claude-haiku-4-5', ...params, stream: false } }],
    });
    await ended(id);
    const [row] = await resultsOf(id);
    expect(sentTo(anthropic)).toEqual([{ model: 'claude-haiku-4-5', ...params }]);
    expect(row?.result).toMatchObject({
      message: {
        content: [{ type: 'thinking', signature: 'c2ln' }, { type: 'text' }],
        usage: { service_tier: 'batch' },
      },
    });
  });

  it('tells apart what failed, what expired and what ran', async () => {
    const { id } = await client.messages.batches.create({
      requests: requestsOf(MODELS.anthropic, ['fine', '#error:overloaded_error', '#expire', '#tool']),
    });
    const batch = await ended(id);
    expect(batch.request_counts).toEqual({ processing: 0, succeeded: 2, errored: 1, canceled: 0, expired: 1 });
    const results = (await resultsOf(id)).map(({ result }) => result);
    expect(results.map(({ type }) => type)).toEqual(['succeeded', 'errored', 'expired', 'succeeded']);
    expect(results[1]).toMatchObject({ error: { type: 'error', error: { type: 'overloaded_error' } } });
    const { id: other } = await client.messages.batches.create({
      requests: requestsOf(MODELS.openai, ['fine', '#status:429']),
    });
    expect((await ended(other)).request_counts).toMatchObject({ succeeded: 1, errored: 1 });
    const [, failed] = await resultsOf(other);
    expect(failed?.result).toMatchObject({
      type: 'errored',
      error: { type: 'error', error: { type: 'rate_limit_error' } },
    });
  });

  it('cancels, and says of every request that it did not run', async () => {
    const openai = simulators.get('openai')!;
    openai.hold();
    const { id } = await client.messages.batches.create({ requests: requestsOf(MODELS.openai, ['a', 'b']) });
    const canceling = await client.messages.batches.cancel(id);
    expect([canceling.processing_status, canceling.results_url]).toEqual(['canceling', null]);
    expect(canceling.cancel_initiated_at).not.toBeNull();
    await expect(client.get(`/v1/messages/batches/${id}/results`)).rejects.toBeInstanceOf(Anthropic.BadRequestError);
    openai.release();
    const batch = await ended(id);
    const results = (await resultsOf(id)).map(({ result }) => result.type);
    expect(batch.request_counts).toEqual({ processing: 0, succeeded: 0, errored: 0, canceled: 2, expired: 0 });
    expect(results).toEqual(['canceled', 'canceled']);
  });

  it('deletes what has ended, and nothing that runs', async () => {
    const { id } = await client.messages.batches.create({ requests: requestsOf('sandbox/echo', ['bye']) });
    await ended(id);
    expect(await client.messages.batches.delete(id)).toEqual({ id, type: 'message_batch_deleted' });
    await expect(client.messages.batches.retrieve(id)).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    const { body: chat } = await service.client().create({ requests: chatItems(['x'], 'sandbox/echo') });
    await expect(client.messages.batches.delete(chat.id)).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    const openai = simulators.get('openai');
    openai?.hold('in_progress');
    const running = await client.messages.batches.create({ requests: requestsOf(MODELS.openai, ['x']) });
    await expect(client.messages.batches.delete(running.id)).rejects.toBeInstanceOf(Anthropic.ConflictError);
    await client.messages.batches.cancel(running.id);
    openai?.release();
    await ended(running.id);
  });

  it('lists its own batches by pages, forwards and backwards, and none of another endpoint', async () => {
    const chat = await service.client().create({ requests: chatItems(['x'], 'sandbox/echo') });
    for (const text of ['1', '2', '3']) {
      const { id } = await client.messages.batches.create({ requests: requestsOf('sandbox/echo', [text]) });
      await ended(id);
    }
    const all: string[] = [];
    for await (const { id, type } of client.messages.batches.list({ limit: 2 })) all.push(`${type} ${id}`);
    expect(all).toEqual([...all].sort().reverse());
    expect(all.length).toBeGreaterThanOrEqual(3);
    expect(all).not.toContain(`message_batch ${chat.body.id}`);
    const ids = all.map((entry) => entry.split(' ')[1]!);
    const newer = await client.messages.batches.list({ limit: 1, before_id: ids[2]! });
    expect([newer.data.map(({ id }) => id), newer.has_more]).toEqual([[ids[1]], true]);
    await expect(client.messages.batches.retrieve(chat.body.id)).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    const listed = await service.client().send<{ data: { id: string }[] }>('GET', '/v1/batches?limit=100');
    expect(listed.body.data.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  });

  it('throws the classes that the vendor’s errors have', async () => {
    const create = (params: object) =>
      client.messages.batches.create({ requests: [{ custom_id: 'a', params: params as never }] });
    const message = { role: 'user', content: 'x' };
    const refused = await create({ model: MODELS.openai, max_tokens: 1, messages: [message], top_k: 5 }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(Anthropic.BadRequestError);
    expect(refused).toMatchObject({ type: 'invalid_request_error', requestID: expect.stringMatching(/^req_/) });
    expect((refused as Error).message).toContain('requests.0.params.top_k: ');
    await expect(create({ max_tokens: 1, messages: [message] })).rejects.toThrow(
      'requests.0.params.model: Field required',
    );
    await expect(create({ model: 'x', stream: true })).rejects.toThrow(
      'requests.0.params.stream: A batch cannot stream',
    );
    await expect(create({ model: 'no-such-model', messages: [message] })).rejects.toBeInstanceOf(
      Anthropic.NotFoundError,
    );
    const nobody = new Anthropic({ apiKey: `rsk_${'x'.repeat(40)}`, baseURL: service.url, maxRetries: 0 });
    await expect(nobody.messages.batches.list()).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
    await expect(client.messages.batches.retrieve('msgbatch_1')).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    await expect(client.messages.batches.list({ limit: 5000 })).rejects.toBeInstanceOf(Anthropic.BadRequestError);
    const versionless = await fetch(`${service.url}/v1/messages/batches`, { headers: { 'x-api-key': TEST_KEY } });
    expect([versionless.status, await versionless.json()]).toMatchObject([
      400,
      { type: 'error', error: { type: 'invalid_request_error', message: 'anthropic-version: header is required' } },
    ]);
  });

  it('has told nobody a key', () => {
    for (const key of [KEY, TEST_KEY]) expect(service.log).not.toContain(key);
  });
});
