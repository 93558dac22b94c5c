import { chatItems, type ApiClient, type ErrorBody } from '../../support/service/api-client';
import { expectFaults, expectRefusal } from '../../support/service/envelope';
import { holdings } from '../../support/service/leftovers';
import { TestService } from '../../support/service/test-service';

const items = (...models: string[]) =>
  models.map((model, index) => ({ custom_id: `item-${index}`, body: { model, messages: [] } }));

/** No provider but the sandbox is configured. */
describe('what the body gets: the other refusals', () => {
  let service: TestService;
  let api: ApiClient;
  let before: unknown;

  beforeAll(async () => {
    const env = { MAX_BATCH_ITEMS: '50', MAX_BODY_BYTES: '200000' };
    service = await TestService.start({ database: 'server', env });
    api = service.client();
  });

  // A refused create leaves nothing behind: no row, no blob, no job.
  beforeEach(async () => {
    before = await holdings(service);
  });
  afterEach(async () => expect(await holdings(service)).toEqual(before));

  afterAll(() => service.dispose());

  describe('mixed models', () => {
    it('names both and the first request of each', async () => {
      const answer = await api.create({
        requests: items('sandbox/echo', 'sandbox/echo', 'sandbox/flaky', 'sandbox/echo'),
      });
      const { error } = expectRefusal(answer, 400, 'mixed_models');
      expect(error.message).toContain('sandbox/echo');
      expect(error.message).toContain('sandbox/flaky');
      expect(error.details).toEqual([
        { model: 'sandbox/echo', loc: ['body', 'requests', 0, 'body', 'model'] },
        { model: 'sandbox/flaky', loc: ['body', 'requests', 2, 'body', 'model'] },
      ]);
    });

    it.each(['no-such-model', 'gpt-4o-mini', 'deepseek/deepseek-chat'])(
      'are refused as such when the other one is %s',
      async (other) => {
        const answer = await api.create({ requests: items('sandbox/echo', other) });
        const { error } = expectRefusal(answer, 400, 'mixed_models');
        expect(error.message).toContain(other);
      },
    );

    it('are told only when nothing is malformed', async () => {
      const requests = [...items('sandbox/echo', 'sandbox/flaky'), { custom_id: 'x' }];
      expectFaults(await api.create({ requests }), { 'body.requests.2.body': 'missing' });
    });
  });

  describe('models', () => {
    it.each(['no-such-model', 'nobody/gpt-4o', 'sandbox/other', 'sandbox/', '/', 'toString', 'SANDBOX/ECHO'])(
      '%s is not known',
      async (model) => {
        expectRefusal(await api.create({ requests: items(model) }), 404, 'model_not_found');
      },
    );

    it.each(['deepseek/deepseek-chat', 'deepseek-chat', 'perplexity/sonar', 'ollama/any', 'vllm/x/y'])(
      '%s belongs to a provider without a batch API',
      async (model) => {
        const { error } = expectRefusal(await api.create({ requests: items(model) }), 501, 'not_implemented');
        expect(JSON.stringify(error.details)).toContain('"sandbox"');
        expect(JSON.stringify(error.details)).toContain('"openai"');
        expect(JSON.stringify(error.details)).not.toContain('"ollama"]');
      },
    );

    it.each(['openai/gpt-4o-mini', 'gpt-4o-mini', 'openai/gpt-realtime'])(
      '%s belongs to a provider without credentials',
      async (model) => {
        const answer = await api.create({ requests: items(model) });
        expectRefusal(answer, 503, 'provider_not_available');
        expect(answer.headers.get('retry-after')).toBeNull();
      },
    );

    it('an unknown one of a known provider without credentials is no 500', async () => {
      const answer = await api.create<ErrorBody>({ requests: items('openai/brand-new') });
      expect([404, 503]).toContain(answer.status);
      expectRefusal(answer, answer.status, answer.status === 404 ? 'model_not_found' : 'provider_not_available');
    });

    it.each([
      ['sandbox/flaky', '/v1/embeddings'],
      ['sandbox/echo', '/v1/responses'],
      ['sandbox/echo', '/v1/completions'],
    ])('%s has no batch on %s', async (model, url) => {
      const requests = items(model).map((item) => ({ ...item, url }));
      expectRefusal(await api.create({ requests }), 400, 'model_capability_not_supported');
    });

    it('are looked at before the rest of the body is', async () => {
      const [unknown] = items('no-such-model');
      expectRefusal(await api.create(`{"requests":[${JSON.stringify(unknown)},{]`), 404, 'model_not_found');
      const requests = [{ ...unknown, method: 'PUT' }];
      expectFaults(await api.create({ requests }), { 'body.requests.0.method': 'literal_error' });
    });
  });

  describe('sizes', () => {
    it('more requests than are taken', async () => {
      const requests = chatItems(Array<string>(51).fill('x'), 'sandbox/echo');
      expectRefusal(await api.create({ requests }), 413, 'payload_too_large');
    });

    it('more bytes than are taken', async () => {
      const requests = chatItems(['x'.repeat(200_000)], 'sandbox/echo');
      expectRefusal(await api.create({ requests }), 413, 'payload_too_large');
    });

    it('more bytes than are taken, with no length declared', async () => {
      const body = Buffer.from(JSON.stringify({ requests: chatItems(['x'.repeat(200_000)], 'sandbox/echo') }));
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(body);
          controller.close();
        },
      });
      const answer = await fetch(`${service.url}/v1/batches`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${service.settings().BOOTSTRAP_API_KEY}`,
          'content-type': 'application/json',
        },
        body: stream,
        duplex: 'half',
      });
      const { status, headers } = answer;
      expectRefusal({ status, headers, body: await answer.json() }, 413, 'payload_too_large');
    });
  });
});
