import { gzipSync } from 'node:zlib';
import { chatItems, type ApiClient, type BatchBody, type ErrorBody } from '../../support/service/api-client';
import { expectRefusal } from '../../support/service/envelope';
import { eventually, holdings } from '../../support/service/leftovers';
import { RawConnection, type RawAnswer } from '../../support/service/raw-connection';
import { TEST_KEY, TestService } from '../../support/service/test-service';

const MAX_BODY_BYTES = 12_000_000;
const POST = 'POST /v1/batches';
const HEADERS = ['Content-Type: application/json', `Authorization: Bearer ${TEST_KEY}`];
const TEXT = JSON.stringify({ requests: chatItems(['one', 'two'], 'sandbox/echo') });
const HALF = TEXT.slice(0, TEXT.length / 2);
const codeOf = ({ body }: RawAnswer) => (JSON.parse(body) as ErrorBody).error.code;

describe('how a body gets in', () => {
  let service: TestService;
  let api: ApiClient;
  let connection: RawConnection;
  let before: unknown;

  beforeAll(async () => {
    const env = { MAX_BODY_BYTES: `${MAX_BODY_BYTES}`, BODY_IDLE_TIMEOUT_MS: '500', MAX_CONCURRENT_BODIES: '1' };
    service = await TestService.start({ database: 'server', env });
    api = service.client();
  });
  beforeEach(async () => {
    connection = await RawConnection.open(service.url);
    before = await holdings(service);
  });
  afterEach(() => connection.close());
  afterAll(() => service.dispose());

  const sendAs = <T = ErrorBody>(encoding: string, body: Buffer) =>
    api.send<T>('POST', '/v1/batches', body, { 'content-type': 'application/json', 'content-encoding': encoding });

  async function expectNothingLeft(): Promise<void> {
    await eventually('nothing is left', async () => {
      return JSON.stringify(await holdings(service)) === JSON.stringify(before);
    });
  }

  describe('as gzip', () => {
    it('is taken under each of its names', async () => {
      const names = ['gzip', 'x-gzip', 'GZIP'];
      const created = await Promise.all(names.map((name) => sendAs<BatchBody>(name, gzipSync(TEXT))));
      expect(created.map(({ status }) => status)).toEqual([200, 200, 200]);
      const batches = await Promise.all(created.map(({ body }) => api.waitFor(body.id)));
      for (const { results } of batches) expect(results?.map((entry) => entry.custom_id)).toEqual(['item-0', 'item-1']);
    });

    it.each(['br', 'deflate', 'gzip, gzip', 'identity', 'gzip2'])('is refused as %s', async (encoding) => {
      expectRefusal(await sendAs(encoding, gzipSync(TEXT)), 415, 'unsupported_media_type');
    });

    it.each([
      ['text', Buffer.from(TEXT)],
      ['a body cut short', gzipSync(TEXT).subarray(0, -5)],
      ['a body with more behind it', Buffer.concat([gzipSync(TEXT), Buffer.from('more')])],
    ])('is 400 for %s', async (_, body) => {
      const { error } = expectRefusal(await sendAs('gzip', body), 400, 'invalid_request');
      expect(error.message).toMatch(/gzip/);
      await expectNothingLeft();
    });

    it('is held to the limit by what it decodes to, and the connection serves on', async () => {
      const body = gzipSync(JSON.stringify({ requests: chatItems([randomText(MAX_BODY_BYTES)], 'sandbox/echo') }));
      connection.head(POST, ...HEADERS, 'Content-Encoding: gzip', `Content-Length: ${body.length}`);
      connection.write(body);
      const answer = await connection.answer();
      expect([answer.status, codeOf(answer), body.length < MAX_BODY_BYTES]).toEqual([413, 'payload_too_large', true]);
      connection.head('GET /v1/models', ...HEADERS);
      expect((await connection.answer()).status).toBe(200);
    });

    it('is 413 for a bomb', async () => {
      const bomb = gzipSync(`{"requests":[${' '.repeat(11_000_000)}`, { level: 9 });
      const { error } = expectRefusal(await sendAs('gzip', bomb), 413, 'payload_too_large');
      expect(error.details).toEqual({ limit: 500, unit: 'decoded bytes per encoded byte' });
    });
  });

  it.each([
    ['plain', []],
    ['gzip', ['Content-Encoding: gzip']],
  ])('is given up when it stops coming, %s, and leaves nothing', async (_, headers) => {
    connection.head(POST, ...HEADERS, ...headers, 'Content-Length: 10000');
    connection.write(headers.length > 0 ? gzipSync(TEXT).subarray(0, 50) : HALF);
    const answer = await connection.answer();
    expect([answer.status, codeOf(answer)]).toEqual([408, 'request_timeout']);
    expect(answer.head).toMatch(/\r\nconnection: close\r\n/i);
    await connection.ended();
    await expectNothingLeft();
  });

  it('waits its turn, and gets it when the one before has ended', async () => {
    const first = await RawConnection.open(service.url);
    first.head(POST, ...HEADERS, 'Transfer-Encoding: chunked', 'Expect: 100-continue');
    await first.goAhead();
    connection.head(POST, ...HEADERS, 'Transfer-Encoding: chunked', 'Expect: 100-continue');
    const small = await api.create(TEXT);
    expect(small.status).toBe(200);
    expect(connection.unread).toBe('');
    first.close();
    await connection.goAhead();
    connection.chunk(Buffer.from(TEXT));
    connection.write('0\r\n\r\n');
    const answer = await connection.answer();
    expect(answer.status).toBe(200);
    // What still runs would change what the following tests look at.
    await Promise.all([small.body, JSON.parse(answer.body) as BatchBody].map(({ id }) => api.waitFor(id)));
  });

  it.each([
    ['before the body', () => connection.close()],
    ['within it', () => (connection.write(HALF), connection.close())],
    ['within it, by a reset', () => (connection.write(HALF), connection.reset())],
    ['within it, keeping its side open', () => (connection.write(HALF), connection.halfClose())],
    ['with a broken chunk', () => (connection.chunk(Buffer.from(HALF)), connection.write('nonsense\r\n'))],
  ])('leaves nothing when its client goes away %s, and the next gets its turn', async (_, leave) => {
    connection.head(POST, ...HEADERS, 'Transfer-Encoding: chunked', 'Expect: 100-continue');
    await connection.goAhead();
    leave();
    await expectNothingLeft();
    const next = await RawConnection.open(service.url);
    next.head(POST, ...HEADERS, 'Transfer-Encoding: chunked', 'Expect: 100-continue');
    await next.goAhead();
    next.close();
    // What it began would be taken by the following test for what was there before.
    await expectNothingLeft();
  });

  it.each([
    [400, 'invalid_request', 'What is this?\r\n\r\n'],
    [431, 'headers_too_large', `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(100_000)}\r\n\r\n`],
  ])('%i %s comes in the envelope although no route was found', async (status, code, bytes) => {
    connection.write(bytes);
    const answer = await connection.answer();
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    const { request_id: id } = JSON.parse(answer.body) as ErrorBody;
    expect(answer.head.toLowerCase()).toContain(`\r\nx-request-id: ${id.toLowerCase()}\r\n`);
    expect(answer.head).toMatch(/\r\nx-mesh-version: 2026-08\r\n/i);
  });
});

/** Of letters that gzip makes little of. */
function randomText(length: number): string {
  let [text, seed] = ['', 1];
  while (text.length < 1_000_000) text += ((seed = (seed * 48_271) % 2_147_483_647), seed.toString(36));
  return text.repeat(Math.ceil(length / text.length));
}
