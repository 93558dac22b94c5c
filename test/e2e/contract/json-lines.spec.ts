import {
  chatItems,
  type Answer,
  type ApiClient,
  type BatchBody,
  type ErrorBody,
} from '../../support/service/api-client';
import { TestService } from '../../support/service/test-service';

const ITEMS = chatItems(['one', 'two\nlines', 'three'], 'sandbox/echo');
const LINES = ITEMS.map((item) => JSON.stringify(item)).join('\n');
const METADATA = { team: 'search', é: '😀' };

describe('a body of JSON lines', () => {
  let service: TestService;
  let api: ApiClient;

  beforeAll(async () => {
    service = await TestService.start({ database: 'server', env: { BATCH_LIMIT_PER_OWNER: '1000' } });
    api = service.client();
  });

  afterAll(() => service.dispose());

  function send<T = BatchBody>(lines: string, query = '', headers: Record<string, string> = {}): Promise<Answer<T>> {
    const type = { 'content-type': 'application/x-ndjson', ...headers };
    return api.send<T>('POST', `/v1/batches${query}`, lines, type);
  }

  it('is the same batch as one of a document', async () => {
    const { status, body: batch } = await send(LINES);
    expect([status, batch.completion_window, batch.metadata]).toEqual([200, '24h', null]);
    const document = await api.create({ requests: ITEMS });
    expect(await api.content(batch.input_file_id)).toBe(await api.content(document.body.input_file_id));
    const ended = await api.waitFor(batch.id, ['completed']);
    expect(ended.results?.map((entry) => entry.custom_id)).toEqual(['item-0', 'item-1', 'item-2']);
  });

  it('may have empty lines, CRLF and a byte order mark', async () => {
    const { status, body } = await send(`\ufeff\r\n${LINES.replaceAll('\n', '\r\n\r\n')}\r\n \n`);
    expect([status, body.request_counts?.total]).toEqual([200, 3]);
  });

  it('has its other fields in the query', async () => {
    const query = `?completion_window=24h&metadata=${encodeURIComponent(JSON.stringify(METADATA))}`;
    const { status, body } = await send(LINES, query);
    expect([status, body.metadata]).toEqual([200, METADATA]);
  });

  it('has its other fields in headers, which the query goes before', async () => {
    const headers = { 'x-completion-window': '24h', 'x-metadata': '{"a":"\\u00e9"}' };
    expect((await send(LINES, '', headers)).body.metadata).toEqual({ a: 'é' });
    expect((await send(LINES, '?metadata={"b":1}', headers)).body.metadata).toEqual({ b: 1 });
  });

  it('may have letters beyond ASCII in its headers', async () => {
    const headers = { 'x-metadata': Buffer.from(JSON.stringify(METADATA)).toString('latin1') };
    expect((await send(LINES, '', headers)).body.metadata).toEqual(METADATA);
  });

  it.each([
    [
      'a window that the provider does not take',
      '?completion_window=7d',
      {},
      ['query', 'completion_window'],
      'literal_error',
    ],
    ['metadata that is no JSON', '?metadata={', {}, ['query', 'metadata'], 'json_invalid'],
    [
      'metadata that is nested too deep',
      '',
      { 'x-metadata': `{"a":${'['.repeat(520)}${']'.repeat(520)}}` },
      ['header', 'x-metadata'],
      'nesting_too_deep',
    ],
    ['a field that is given twice', '?metadata={}&metadata={}', {}, ['query', 'metadata'], 'duplicate_key'],
    ['metadata that is no object', '', { 'x-metadata': '7' }, ['header', 'x-metadata'], 'dict_type'],
  ])('is refused for %s, with its place', async (_, query, headers, loc, type) => {
    const { status, body } = await send<ErrorBody>(LINES, query, headers);
    expect([status, body.error.code]).toEqual([422, 'validation_error']);
    expect(body.detail).toMatchObject([{ loc, type }]);
  });

  it.each([
    ['no line', '', ['body', 'requests'], 'too_short'],
    ['a line that is no JSON', `${LINES}\n{"custom_id":`, ['body', LINES.length + 14], 'json_invalid'],
    ['a line that is no object', `${LINES}\n7`, ['body', 'requests', 3], 'dict_type'],
    ['a custom_id twice', `${LINES}\n${LINES}`, ['body', 'requests', 3, 'custom_id'], 'duplicate_custom_id'],
  ])('is refused for %s', async (_, lines, loc, type) => {
    const { status, body } = await send<ErrorBody>(lines);
    expect(status).toBe(422);
    expect(body.detail?.[0]).toMatchObject({ loc, type });
  });

  it('a document takes nothing from query and headers', async () => {
    const type = { 'content-type': 'application/json', 'x-metadata': '{' };
    const { status, body } = await api.send<BatchBody>(
      'POST',
      '/v1/batches?metadata={',
      JSON.stringify({ requests: ITEMS }),
      type,
    );
    expect([status, body.metadata]).toEqual([200, null]);
  });
});
