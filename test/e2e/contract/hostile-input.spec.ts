import {
  chatItems,
  type ApiClient,
  type Answer,
  type BatchBody,
  type ErrorBody,
} from '../../support/service/api-client';
import { expectRefusal } from '../../support/service/envelope';
import { eventually } from '../../support/service/leftovers';
import { RawConnection } from '../../support/service/raw-connection';
import { TEST_KEY, TestService } from '../../support/service/test-service';
import { FULL_TIER } from '../../support/tier';

const KEY = `Authorization: Bearer ${TEST_KEY}`;
/** Read off an empty object wherever an error is answered: it would show on every one of them. */
const POLLUTION = '{"retry_after_seconds":7,"details":"polluted","limit":1,"results":"false"}';
const FORGED = '"}\n{"level":60,"forged":true,"msg":"';
/** Prompt, on a machine that is busy with other things too. */
const PROMPT_MS = 20_000;

/** Beside what the specs of bodies, paths and keys try: request-bodies, unread-body, validation, not-found and wrong-keys. */
describe('hostile input', () => {
  let service: TestService;
  let api: ApiClient;

  beforeAll(async () => {
    service = await TestService.start({ database: 'server', env: { BATCH_LIMIT_PER_OWNER: '50' } });
    api = service.client();
  });

  afterAll(() => service.dispose());

  async function raw(...lines: string[]): Promise<{ status: number; head: string }> {
    const connection = await RawConnection.open(service.url);
    connection.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
    try {
      return await connection.answer();
    } finally {
      connection.close();
    }
  }

  describe('prototype pollution', () => {
    const taken: string[] = [];
    const item = (more: string, body = '') =>
      `{"custom_id":"a"${more},"body":{"model":"sandbox/echo","messages":[{"role":"user","content":"hi"}]${body}}}`;
    const whole = (items: string, more = '') => `{"requests":[${items}]${more}}`;

    it.each([
      ['at the top', whole(item(''), `,"__proto__":${POLLUTION}`)],
      ['at the top, by the constructor', whole(item(''), `,"constructor":{"prototype":${POLLUTION}}`)],
      [
        'in metadata',
        whole(item(''), `,"metadata":{"__proto__":${POLLUTION},"constructor":{"prototype":${POLLUTION}}}`),
      ],
      ['in an item', whole(item(`,"__proto__":${POLLUTION},"constructor":{"prototype":${POLLUTION}}`))],
      ['in the body of an item', whole(item('', `,"__proto__":${POLLUTION},"constructor":{"prototype":${POLLUTION}}`))],
      ['as an item', whole(`{"__proto__":${item('')}}`)],
      [
        'as what an item would inherit',
        whole(`{"__proto__":${item('')},"body":{"__proto__":{"model":"sandbox/echo"}}}`),
      ],
    ])('%s changes nothing', async (_, body) => {
      const answer = await api.create<BatchBody>(body);
      // What is only inherited is not there.
      expect(answer.status).toBe(body.includes('[{"__proto__"') ? 422 : 200);
      if (answer.status === 200) taken.push(answer.body.id);
      await expectUnpolluted();
    });

    it.each([
      '__proto__[limit]=1',
      '__proto__.limit=1',
      'constructor[prototype][limit]=1',
      '__proto__=1&limit[__proto__]=1',
      'toString=1&hasOwnProperty=1&constructor=1',
    ])('in a query, as %s, changes nothing', async (query) => {
      expect([200, 422]).toContain((await api.send('GET', `/v1/batches?${query}`)).status);
      await expectUnpolluted();
    });

    it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
      '%s is no model, window or endpoint',
      async (name) => {
        const [request] = chatItems(['x'], name);
        expectRefusal(await api.create({ requests: [request] }), 404, 'model_not_found');
        const [known] = chatItems(['x'], 'sandbox/echo');
        expect((await api.create({ requests: [{ ...known, url: name }] })).status).toBe(422);
        expect((await api.create({ requests: [known], completion_window: name })).status).toBe(422);
        expect((await api.create(`{"requests":[{"custom_id":"a","body":{"model":"${name}/x"}}]}`)).status).toBe(404);
      },
    );

    it('and what was taken ends as any other', async () => {
      const batches = await Promise.all(taken.map((id) => api.waitFor(id)));
      expect(batches.map(({ status }) => status)).toEqual(Array(5).fill('completed'));
    });

    async function expectUnpolluted(): Promise<void> {
      const missing = await api.send('GET', `/v1/batches/batch_${'0'.repeat(26)}`);
      const { error } = expectRefusal(missing, 404, 'not_found');
      expect([missing.headers.get('retry-after'), Object.keys(error)]).toEqual([null, ['code', 'message']]);
    }
  });

  describe('X-Request-Id', () => {
    it.each([
      ['a line’s end', 'a\r\nSet-Cookie: stolen=1'],
      ['half of one', 'a\rSet-Cookie: stolen=1'],
      ['the other half', 'a\nSet-Cookie: stolen=1'],
      ['a folded line', 'a\r\n Set-Cookie: stolen=1'],
      ['an encoded end', 'a%0d%0aSet-Cookie:%20stolen=1'],
      ['letters that become an end when they are cut', 'a\u00c4\u008d\u00c4\u008aSet-Cookie: stolen=1'],
      ['NUL', 'a\0Set-Cookie: stolen=1'],
      ['two of them', 'a\r\nX-Request-Id: Set-Cookie'],
    ])('with %s puts no header on the answer', async (_, id) => {
      const { status, head } = await raw('GET /v1/models HTTP/1.1', 'Host: x', KEY, `X-Request-Id: ${id}`);
      expect([200, 400]).toContain(status);
      expect(head.toLowerCase()).not.toMatch(/stolen|set-cookie/);
      expect(head.match(/\r\nx-request-id: /gi)).toHaveLength(1);
    });
  });

  describe('the log', () => {
    it('holds one line of JSON for each request, whatever was written into it', async () => {
      const text = (value: string) => JSON.stringify(value);
      const encoded = encodeURIComponent(FORGED);
      const bodies = [
        `{"requests":[{"custom_id":${text(FORGED)},"body":{"model":"sandbox/echo"}}]}`,
        `{"requests":[{"custom_id":${text(FORGED.replace('\n', ''))},"body":{"model":"sandbox/echo","messages":[]}}]}`,
        `{"requests":[{"custom_id":"a","body":{"model":${text(FORGED)}}}]}`,
        `{"requests":[{"custom_id":"a","method":${text(FORGED)},"url":${text(FORGED)},"body":{"model":"sandbox/echo"}}]}`,
        `{${text(FORGED)}:1,${text(FORGED)}:2}`,
      ];
      for (const body of bodies) await api.create(body);
      const paths = [
        `/v1/batches/${encoded}`,
        `/v1/batches?after=${encoded}`,
        `/${encoded}`,
        '/v1/%1b%5b31mred',
        '/v1/"},{"',
      ];
      for (const path of paths) await api.send('GET', path);
      await raw('GET /v1/batches/"}{"forged":true} HTTP/1.1', 'Host: x', KEY, 'X-Request-Id: "},{"forged":true');
      await raw('GET /v1/models HTTP/1.1', 'Host: x', KEY, 'X-Request-Id: last-of-all', `User-Agent: ${encoded}`);
      await eventually('the last of them is logged', () => Promise.resolve(service.log.includes('last-of-all')));
      const lines = service.log
        .slice(service.log.indexOf('\n{') + 1)
        .trim()
        .split('\n');
      const records = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(records.filter(({ level, forged }) => forged !== undefined || level === 60)).toEqual([]);
      const told = records.filter(({ req }) => typeof req === 'object');
      expect(told.at(-1)).toMatchObject({
        req: { id: 'last-of-all' },
        owner: expect.stringMatching(/^owner_/) as string,
      });
      expect(JSON.stringify(told)).toContain('%22level%22');
      // Nor what steers a terminal.
      expect(service.log).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
      expect(service.log).not.toContain(TEST_KEY);
    });
  });

  describe('bytes that are no text', () => {
    const BAD = Buffer.from([0xc3, 0x28, 0xff, 0xed, 0xa0, 0x80]);
    const around = (before: string, after: string) => Buffer.concat([Buffer.from(before), BAD, Buffer.from(after)]);
    const CHAT = '"body":{"model":"sandbox/echo","messages":[{"role":"user","content":"';

    it.each([
      ['a custom_id', around('{"requests":[{"custom_id":"', `",${CHAT}x"}]}}]}`)],
      ['a prompt', around(`{"requests":[{"custom_id":"a",${CHAT}`, '"}]}}]}')],
      ['a model', around('{"requests":[{"custom_id":"a","body":{"model":"', '"}}]}')],
      ['a key', around('{"requests":[{"custom_id":"a","', `":1,${CHAT}x"}]}}]}`)],
      ['metadata', around(`{"requests":[{"custom_id":"a",${CHAT}x"}]}}],"metadata":{"a":"`, '"}}')],
      ['the window', around(`{"requests":[{"custom_id":"a",${CHAT}x"}]}}],"completion_window":"`, '"}')],
    ])('in %s are refused', async (_, body) => {
      const answer = await api.send('POST', '/v1/batches', body, { 'content-type': 'application/json' });
      expectRefusal(answer, 422, 'validation_error');
    });

    it.each(['/v1/batches?after=%FF', '/v1/batches/%FF', '/v1/files/%C3%28', '/v1/models?%ED%A0%80=%FF'])(
      'in the address %s are no failure',
      async (path) => expect([200, 400, 404, 422]).toContain((await api.send('GET', path)).status),
    );
  });

  /** Small enough to be taken as a body, and large enough to be felt if time grew with its square, or the stack with its depth. */
  describe('what takes long to read', () => {
    const long = (piece: (index: number) => string, count: number) =>
      Array.from({ length: count }, (_, index) => piece(index)).join(',');
    const chat = (more: string) =>
      `{"requests":[{"custom_id":"a","body":{"model":"sandbox/echo","messages":[],${more}}}]}`;

    it.each<[string, () => string]>([
      ['a million arrays in each other', () => chat(`"x":${'['.repeat(1_000_000)}`)],
      ['a million objects in each other', () => chat(`"x":${'{"a":'.repeat(1_000_000)}`)],
      ['depth at the top', () => '['.repeat(1_000_000)],
      ['depth in metadata', () => `{"metadata":${'{"a":'.repeat(1_000_000)}`],
      ['100,000 different keys', () => chat(long((index) => `"k${index}":0`, 100_000))],
      ['100,000 keys at the top', () => `{${long((index) => `"k${index}":0`, 100_000)},"requests":[]}`],
      ['100,000 faults', () => `{"requests":[${long(() => '{}', 100_000)}]}`],
      ['a number of a million digits', () => chat(`"x":${'9'.repeat(1_000_000)}`)],
      ['a string of nothing but escapes', () => chat(`"x":"${'\\u0000'.repeat(200_000)}"`)],
      ['a key of nothing but escapes', () => chat(`"${'\\\\'.repeat(500_000)}":1`)],
      ['white space', () => `${' '.repeat(4_000_000)}{`],
    ])('%s', async (_, body) => {
      const text = body();
      const begunAt = Date.now();
      const answer = await api.create<ErrorBody & BatchBody>(text);
      expect(Date.now() - begunAt).toBeLessThan(PROMPT_MS);
      expect([200, 413, 422]).toContain(answer.status);
      if (answer.status === 200) await api.cancel(answer.body.id);
    });

    it.each([
      ['Accept-Encoding', 'gzip;q=0.5,'.repeat(1200)],
      ['Content-Type', `application/json${' '.repeat(14_000)}x`],
      ['Range', `bytes=${'0-0,'.repeat(3500)}`],
      ['X-Mesh-Version', '2026-08,'.repeat(1700)],
      ['Authorization', `Bearer ${' '.repeat(14_000)}x`],
      ['X-Forwarded-For', '10.0.0.1,'.repeat(1500)],
      ['X-Request-Id', 'a'.repeat(14_000)],
      ['X-Metadata', '['.repeat(14_000)],
    ])('a long %s', async (name, value) => {
      const begunAt = Date.now();
      const post: Answer<unknown> = await api.send('POST', '/v1/batches', '{', {
        'content-type': 'application/x-ndjson',
        [name]: value,
      });
      const get: Answer<unknown> = await api.send('GET', '/v1/batches', undefined, { [name]: value });
      expect(Date.now() - begunAt).toBeLessThan(PROMPT_MS);
      for (const { status } of [post, get]) expect(status).toBeLessThan(500);
    });
  });

  // Node looks every half minute for heads that have been on their way for more than one.
  (FULL_TIER ? it : it.skip)(
    'heads that trickle are ended, and others are served meanwhile',
    async () => {
      const slow = await Promise.all(Array.from({ length: 100 }, () => RawConnection.open(service.url)));
      for (const connection of slow) connection.write('GET /v1/models HTTP/1.1\r\nHost: x\r\n');
      const trickle = setInterval(() => slow.forEach((connection) => connection.write('X-Slow: 1\r\n')), 5000);
      try {
        expect((await api.send('GET', '/v1/models')).status).toBe(200);
        const answers = await Promise.all(slow.map((connection) => connection.answer()));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([408]));
        await Promise.all(slow.map((connection) => connection.ended()));
      } finally {
        clearInterval(trickle);
        for (const connection of slow) connection.close();
      }
    },
    120_000,
  );
});
