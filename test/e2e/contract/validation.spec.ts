import type { ApiClient } from '../../support/service/api-client';
import { expectFaults } from '../../support/service/envelope';
import { BODY, DUPLICATES, FIELDS, FIRST, inBody, ITEMS, text, WHOLE } from '../../support/service/faulty-bodies';
import { holdings } from '../../support/service/leftovers';
import { TestService } from '../../support/service/test-service';

describe('what the body gets: 422', () => {
  let service: TestService;
  let api: ApiClient;
  let before: unknown;

  beforeAll(async () => {
    service = await TestService.start({ database: 'server' });
    api = service.client();
  });

  // A refused create leaves nothing behind: no row, no blob, no job.
  beforeEach(async () => {
    before = await holdings(service);
  });
  afterEach(async () => expect(await holdings(service)).toEqual(before));

  afterAll(() => service.dispose());

  it.each([...WHOLE, ...ITEMS, ...FIELDS])('%s', async (_, body, faults) => {
    expectFaults(await api.create(body), faults);
  });

  it.each(DUPLICATES)('a key twice: %s', async (_, body, faults) => {
    expectFaults(await api.create(body), faults);
  });

  it('gathers the faults of all requests and fields', async () => {
    const requests = [
      { custom_id: '', body: BODY },
      FIRST,
      { ...FIRST, method: 'PUT' },
      'x',
      { custom_id: 'a', body: {} },
    ];
    expectFaults(await api.create({ completion_window: 1, requests, metadata: [] }), {
      'body.requests.0.custom_id': 'string_too_short',
      'body.requests.2.method': 'literal_error',
      'body.requests.3': 'dict_type',
      'body.requests.4.body.model': 'missing',
      'body.completion_window': 'string_type',
      'body.metadata': 'dict_type',
    });
  });

  it('lists the first 100 faults and counts the rest', async () => {
    const requests = [FIRST, ...Array.from({ length: 150 }, () => ({ body: BODY }))];
    const { error, detail } = (
      await api.create<{ error: { details: unknown[]; more: number }; detail: unknown[] }>({ requests })
    ).body;
    expect([error.details.length, error.more, detail.length]).toEqual([100, 50, 100]);
    expect(error.details[0]).toMatchObject({ loc: ['body', 'requests', 1, 'custom_id'], type: 'missing' });
    expect(error.details[99]).toMatchObject({ loc: ['body', 'requests', 100, 'custom_id'], type: 'missing' });
    const exact = await api.create<{ error: { details: unknown[]; more?: number } }>({
      requests: requests.slice(0, 101),
    });
    expect([exact.body.error.details.length, exact.body.error.more]).toEqual([100, undefined]);
  });

  it.each([
    ['an empty body', '', 0],
    ['a body that ends early', text.slice(0, -2), Buffer.byteLength(text) - 2],
    ['a trailing comma', '{"requests":[{"custom_id":"é",}]}', 31],
    ['text behind the end', `${text} x`, Buffer.byteLength(text) + 1],
    ['a second document', `${text}${text}`, Buffer.byteLength(text)],
    ['a fault behind the last request', `${text.slice(0, -1)},"metadata":tru}`, Buffer.byteLength(text) + 14],
    ['a control character in a string', '{"requests":"a\nb"}', 14],
  ])('%s is no JSON, and the byte is told', async (_, body, offset) => {
    const { detail } = expectFaults(await api.create(body), { [`body.${offset}`]: 'json_invalid' });
    expect(detail?.[0]?.loc).toEqual(['body', offset]);
  });

  it.each([
    ['in a request', inBody(`"x":${'['.repeat(600)}${']'.repeat(600)}`)],
    ['in metadata', `{"metadata":${'{"a":'.repeat(600)}1${'}'.repeat(600)},${text.slice(1)}`],
    ['in a field that nobody knows', `{"x":${'['.repeat(600)}${']'.repeat(600)},${text.slice(1)}`],
  ])('values nested too deep %s', async (_, body) => {
    const { body: answer } = await api.create<{ detail: { type: string }[] }>(body);
    expect(answer.detail.map(({ type }) => type)).toEqual(['nesting_too_deep']);
  });

  it('bytes that are no UTF-8', async () => {
    const [before, after] = text.split('one').map((half) => Buffer.from(half));
    const body = Buffer.concat([before ?? Buffer.alloc(0), Buffer.from([0xff]), after ?? Buffer.alloc(0)]);
    const answer = await api.send('POST', '/v1/batches', body, { 'content-type': 'application/json' });
    expectFaults(answer, { 'body.requests.0': 'string_unicode' });
  });
});
