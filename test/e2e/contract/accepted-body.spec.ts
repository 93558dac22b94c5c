import { chatItems, type ApiClient } from '../../support/service/api-client';
import { TestService } from '../../support/service/test-service';

interface StoredLine {
  custom_id: string;
  body: Record<string, unknown>;
}

const MODEL = 'sandbox/echo';
const [ITEM] = chatItems(['one'], MODEL);
const text = JSON.stringify({ requests: [ITEM] });

describe('a body that is taken', () => {
  let service: TestService;
  let api: ApiClient;

  beforeAll(async () => {
    service = await TestService.start({ database: 'server', env: { BATCH_LIMIT_PER_OWNER: '1000' } });
    api = service.client();
  });

  afterAll(() => service.dispose());

  it('is stored without the fields that nobody knows, but whole inside body', async () => {
    const own = { model: MODEL, messages: [], made_up: { deep: [1.1, null] }, SECRET: 'kept' };
    const item = {
      custom_id: 'a',
      name: 'UNKNOWN',
      method: 'POST',
      priority: 7,
      url: '/v1/chat/completions',
      body: own,
    };
    const answer = await api.create({
      requests: [item],
      endpoint: 'UNKNOWN',
      output_file_id: 'UNKNOWN',
      model: 'UNKNOWN',
    });
    expect([answer.status, answer.body.model, answer.body.endpoint]).toEqual([200, MODEL, '/v1/chat/completions']);
    expect(JSON.stringify(answer.body)).not.toContain('UNKNOWN');
    const stored = await api.content(answer.body.input_file_id);
    expect(stored).not.toMatch(/UNKNOWN|priority/);
    expect(stored).toBe(
      `{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":${JSON.stringify(own)}}\n`,
    );
  });

  it('keeps the bytes of body: numbers, escapes and the order of keys', async () => {
    const body = '{"z":1.0,"n":12345678901234567890,"e":1E2,"t":"\\u00e9\\/","model":"sandbox/echo","a":{"k":1,"k":2}}';
    const { body: batch } = await api.create(`{"requests":[{"body":${body},"custom_id":"\\u0041"}]}`);
    expect(await api.content(batch.input_file_id)).toContain(`"body":${body}}`);
  });

  it.each([
    ['Unicode', 'заявка-数据-😀'],
    ['one character', 'x'],
    ['spaces', ' '],
    ['512 characters of two UTF-16 units each', '😀'.repeat(512)],
    ['quotes and a backslash', '"\\'],
    ['the name of what every object has', '__proto__'],
  ])('has a custom_id of %s', async (_, custom_id) => {
    const answer = await api.create({ requests: [{ ...ITEM, custom_id }] });
    expect(answer.status).toBe(200);
    const [line] = (await api.content(answer.body.input_file_id)).split('\n');
    expect((JSON.parse(line ?? '') as StoredLine).custom_id).toBe(custom_id);
  });

  it.each([
    ['64 keys', Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`k${index}`, index]))],
    ['64 KiB', { k: 'x'.repeat(65_536 - '{"k":""}'.length) }],
    ['NUL and half a pair', { 'a\u0000': 'b\u0000', half: '\ud83d' }],
    ['any values', { list: [1, null, { deep: true }], number: 1.5, nothing: null, '': 'empty' }],
    ['nothing', {}],
    ['no value', null],
  ])('has metadata of %s, which comes back as it was', async (_, metadata) => {
    const answer = await api.create({ requests: [ITEM], metadata });
    expect([answer.status, answer.body.metadata]).toEqual([200, metadata]);
    expect((await api.get(answer.body.id)).metadata).toEqual(metadata);
    const { body: list } = await api.send<{ data: { metadata: unknown }[] }>('GET', '/v1/batches?limit=1');
    expect(list.data[0]?.metadata).toEqual(metadata);
  });

  it('has metadata with a key __proto__', async () => {
    const body = `{"metadata":{"__proto__":{"a":1}},${text.slice(1)}`;
    const answer = await api.send<string>('POST', '/v1/batches', body, { 'content-type': 'application/json' });
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([
      200,
      expect.stringContaining('{"__proto__":{"a":1}}'),
    ]);
  });

  it.each([
    ['a byte order mark', `\ufeff${text}`],
    ['white space all around', ` \n\t${text.replaceAll(':', ' :\r\n ')}\n `],
    ['an unknown field twice', `{"x":1,"x":2,${text.slice(1)}`],
    ['a key twice far below body', text.replace('{"model"', '{"x":{"k":1,"k":2},"model"')],
    ['stream: false', text.replace('{"model"', '{"stream":false,"model"')],
    [
      'nesting that is deep but not too deep',
      text.replace('{"model"', `{"x":${'['.repeat(400)}${']'.repeat(400)},"model"`),
    ],
    ['completion_window 24h', `{"completion_window":"24h",${text.slice(1)}`],
    ['fields behind the requests', `${text.slice(0, -1)},"metadata":{"a":1},"completion_window":"24h"}`],
  ])('with %s', async (_, body) => {
    const answer = await api.create(body);
    expect([answer.status, answer.body.request_counts?.total]).toEqual([200, 1]);
    expect(answer.body.completion_window).toBe('24h');
    expect((await api.content(answer.body.input_file_id)).trim().split('\n')).toHaveLength(1);
  });

  it('on another endpoint, named by every request', async () => {
    const requests = ['a', 'b'].map((custom_id) => ({
      custom_id,
      url: '/v1/embeddings',
      body: { model: MODEL, input: 'x' },
    }));
    const answer = await api.create({ requests });
    expect([answer.status, answer.body.endpoint]).toEqual([200, '/v1/embeddings']);
  });
});
