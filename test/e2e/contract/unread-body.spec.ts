import { chatItems, type BatchBody, type ErrorBody } from '../../support/service/api-client';
import { blobsOf, eventually } from '../../support/service/leftovers';
import { RawConnection, type RawAnswer } from '../../support/service/raw-connection';
import { ownerKey } from '../../support/service/stored-keys';
import { TEST_KEY, TestService } from '../../support/service/test-service';

const POST = 'POST /v1/batches';
const JSON_TYPE = 'Content-Type: application/json';
const EXPECT = 'Expect: 100-continue';
const MAX_BODY_BYTES = 4_000_000;
const ONE = JSON.stringify({ requests: chatItems(['one'], 'sandbox/echo') });
/** More than is held back before the blob is begun. */
const LONG = JSON.stringify({ requests: chatItems(['x'.repeat(20_000)], 'sandbox/echo') });
const PIECE = Buffer.alloc(64 * 1024, ' ');

const authorization = (key = TEST_KEY) => `Authorization: Bearer ${key}`;
const length = (bytes: number) => `Content-Length: ${bytes}`;
const codeOf = ({ body }: RawAnswer) => (JSON.parse(body) as ErrorBody).error.code;

describe('a body that is not read before its time', () => {
  let service: TestService;
  let connection: RawConnection;

  beforeAll(async () => {
    service = await TestService.start({ database: 'server', env: { MAX_BODY_BYTES: `${MAX_BODY_BYTES}` } });
  });
  beforeEach(async () => {
    connection = await RawConnection.open(service.url);
  });
  afterEach(() => connection.close());
  afterAll(() => service.dispose());

  it.each([
    [401, 'no key', [JSON_TYPE, length(ONE.length)]],
    [401, 'an unknown key', [JSON_TYPE, length(ONE.length), authorization(`rsk_${'x'.repeat(40)}`)]],
    [400, 'an unknown version', [JSON_TYPE, length(ONE.length), authorization(), 'X-Mesh-Version: 2020-01']],
    [415, 'another content type', ['Content-Type: text/plain', length(ONE.length), authorization()]],
    [413, 'a declared length', [JSON_TYPE, length(MAX_BODY_BYTES + 1), authorization()]],
  ])('%i for %s comes without 100 Continue', async (status, _, headers) => {
    connection.head(POST, EXPECT, ...headers);
    const answer = await connection.answer();
    expect(answer.status).toBe(status);
    expect(answer.head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer.head).toMatch(/\r\ncontent-type: application\/json/i);
  });

  it('429 comes without 100 Continue', async () => {
    const key = await ownerKey(service, 'full');
    const created = await Promise.all(Array.from({ length: 10 }, () => service.client(key).create(ONE)));
    expect(created.map(({ status }) => status)).toEqual(Array(10).fill(200));
    connection.head(POST, EXPECT, JSON_TYPE, length(ONE.length), authorization(key));
    const answer = await connection.answer();
    expect([answer.head.slice(0, 12), codeOf(answer)]).toEqual(['HTTP/1.1 429', 'batch_limit_exceeded']);
  });

  it('a key that holds gets 100 Continue and then its batch', async () => {
    connection.head(POST, EXPECT, JSON_TYPE, length(ONE.length), authorization());
    await connection.goAhead();
    connection.write(ONE);
    const answer = await connection.answer();
    expect([answer.status, (JSON.parse(answer.body) as BatchBody).status]).toEqual([200, 'validating']);
  });

  it('an unknown model is refused while the rest of the body is still to come', async () => {
    const start = JSON.stringify({ requests: chatItems(['one'], 'no-such-model') }).slice(0, -2);
    connection.head(POST, JSON_TYPE, 'Transfer-Encoding: chunked', authorization());
    connection.chunk(Buffer.from(`${start},`));
    const answer = await connection.answer();
    expect([answer.status, codeOf(answer)]).toEqual([404, 'model_not_found']);
  });

  it('413 comes as soon as a body without a declared length grows too long, on a connection that stays usable', async () => {
    connection.head(POST, JSON_TYPE, 'Transfer-Encoding: chunked', authorization());
    connection.chunk(Buffer.from('{"requests":['));
    for (let sent = 0; sent <= MAX_BODY_BYTES; sent += PIECE.length) connection.chunk(PIECE);
    const answer = await connection.answer();
    expect([answer.status, codeOf(answer)]).toEqual([413, 'payload_too_large']);
    connection.write('0\r\n\r\n');
    await expectUsable();
  });

  it.each([
    ['401', 401, `Authorization: Bearer rsk_${'x'.repeat(40)}`, JSON_TYPE],
    ['415', 415, authorization(), 'Content-Type: text/plain'],
  ])('a large body in flight does not hide the %s', async (_, status, key, type) => {
    const total = PIECE.length * 48;
    connection.head(POST, type, length(total), key);
    for (let sent = 0; sent < total; sent += PIECE.length) connection.write(PIECE);
    expect((await connection.answer()).status).toBe(status);
    await expectUsable();
  });

  it('a body that ends before its declared length is no batch, even where what came is whole JSON', async () => {
    const key = await ownerKey(service, 'hung-up');
    const isWriting = async () => (await blobsOf(service)).some((blob) => blob.includes('.writing'));
    connection.head(POST, EXPECT, JSON_TYPE, length(LONG.length + 10), authorization(key));
    await connection.goAhead();
    connection.write(LONG);
    await eventually('the body is being written', isWriting);
    connection.close();
    await eventually('the writing is given up', async () => !(await isWriting()));
    const { body } = await service.client(key).send<{ data: BatchBody[] }>('GET', '/v1/batches');
    expect(body.data).toEqual([]);
  });

  async function expectUsable(): Promise<void> {
    connection.head('GET /v1/models', authorization());
    const next = await connection.answer();
    expect([next.status, next.body.startsWith('[')]).toEqual([200, true]);
  }
});
