import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { chatItems } from '../support/service/api-client';
import { holdings } from '../support/service/leftovers';
import { servedDocument } from '../support/service/openapi-walk';
import { storeKeys } from '../support/service/stored-keys';
import { storeWebhook } from '../support/service/stored-webhooks';
import { TEST_KEY, TestService } from '../support/service/test-service';
import { FULL_TIER } from '../support/tier';
import { AnswerCheck, type FuzzAnswer } from './answer-check';
import { requests, type FuzzRequest } from './requests';

const COUNT = Number(process.env.FUZZ_COUNT ?? (FULL_TIER ? 20_000 : 500));
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const AT_ONCE = 16;
const CHUNK = 500;
/** No answer takes longer, on a machine that is busy with other things too. */
const HANG_MS = 15_000;
const SHOWN = 10;
const UPLOADS = 20;
/** For each thousand requests; a run of 100,000 takes some minutes. */
const THOUSAND_MS = 30_000;

interface Tally {
  readonly statuses: Record<string, number>;
  readonly problems: string[];
  slowestMs: number;
  created: number;
  /** Of those, retries: each has a blob that says which requests they are. */
  retried: number;
  deleted: number;
  uploaded: number;
  /** Ids of uploaded files that were deleted; what a batch made stays a row. */
  readonly removed: Set<string>;
}

const MAKES_BATCHES = ['/v1/batches', '/v1/batches/{batch_id}/retry', '/v1/messages/batches'];

/** The background is off: only what requests do is looked at, and what they leave. */
describe('fuzz', () => {
  let service: TestService;
  let uploads: string[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  beforeAll(async () => {
    service = await TestService.start({
      database: 'server',
      env: {
        BATCH_LIMIT_PER_OWNER: '1000000',
        MAX_CONCURRENT_CREATES: '100',
        LOG_LEVEL: 'error',
        SECRETS_KEY: Buffer.alloc(32, 1).toString('base64'),
        BODY_IDLE_TIMEOUT_MS: '3000',
      },
    });
  });

  afterAll(async () => {
    agent.destroy();
    await service.dispose();
  });

  it(
    `${COUNT} requests, seed ${SEED}: no 5xx, no hang, every answer as documented, nothing left of what was refused`,
    async () => {
      const owner = service.client();
      const create = async () =>
        (await owner.create({ requests: chatItems(['x', 'y [fail]'], 'sandbox/flaky') })).body.id;
      const batch = await owner.waitFor(await create());
      const doomed = await owner.waitFor(await create());
      const running = await create();
      const ofBatch = [batch.output_file_id, batch.error_file_id].map(String);
      uploads = await uploadSome(service.url);
      const files = [...ofBatch, ...ofBatch, ...uploads];
      const webhook = await storeWebhook(service, batch);
      await service.stop();
      await service.start({ ROLE: 'api' });
      const document = await servedDocument(service);
      const [stranger = '', revoked = ''] = await storeKeys(service, 'stranger', [{}, { status: 'revoked' }]);
      const [reads = ''] = await storeKeys(service, 'reader', [{ scopes: ['batches:read'] }]);
      const keys = [TEST_KEY, stranger, revoked, reads, 'rsk_malformed'];
      const never = `batch_${'0'.repeat(26)}`;
      const made = requests(document, keys, {
        batch_id: [batch.id, never],
        'DELETE batch_id': [doomed.id, running, never],
        message_batch_id: [batch.id, never],
        file_id: files,
        ...webhook,
      });
      const before = await holdings(service);

      const tally: Tally = {
        statuses: {},
        problems: [],
        slowestMs: 0,
        created: 0,
        retried: 0,
        deleted: 0,
        uploaded: 0,
        removed: new Set(),
      };
      const check = new AnswerCheck(document);
      for (let done = 0; done < COUNT; done += CHUNK) {
        const size = Math.min(CHUNK, COUNT - done);
        const chunk = fc.sample(made, { numRuns: size, seed: SEED * 1_000_003 + done });
        await inLanes(chunk, (one) => tryOne(one, check, tally));
        if (tally.problems.length > SHOWN) break;
      }
      if (process.env.FUZZ_COUNT) console.log(JSON.stringify({ count: COUNT, seed: SEED, ...tally }));

      expect(tally.problems.slice(0, SHOWN)).toEqual([]);
      expect(tally.created).toBeGreaterThan(COUNT / 500);
      expect(Object.keys(tally.statuses)).toEqual(expect.arrayContaining(['200', '400', '401', '404', '415', '422']));
      const after = await holdings(service);
      // One that is deleted had ended, with three files: what was sent, and two views of the results and their index.
      const rows = tally.created - tally.deleted;
      const bulk = tally.created - 3 * tally.deleted + tally.uploaded - tally.removed.size;
      expect(grown(before, after)).toEqual({ batches: rows, parts: rows, files: bulk, blobs: bulk + tally.retried });
      expect(tally.deleted).toBeGreaterThan(0);
      expect(service.log).not.toMatch(/"level":[56]0/);
      expect((await service.client().send('GET', '/v1/models')).status).toBe(200);
    },
    60_000 + (COUNT / 1000) * THOUSAND_MS,
  );

  async function tryOne(made: FuzzRequest, check: AnswerCheck, tally: Tally): Promise<void> {
    const begunAt = Date.now();
    const answer = await send(made).catch((error: Error) => error.message);
    tally.slowestMs = Math.max(tally.slowestMs, Date.now() - begunAt);
    const problem = typeof answer === 'string' ? answer : check.problemOf(made, answer);
    if (problem !== null) tally.problems.push(`${problem}: ${shown(made, answer)}`);
    if (typeof answer === 'string') return;
    tally.statuses[answer.status] = (tally.statuses[answer.status] ?? 0) + 1;
    if (answer.status !== 200) return;
    if (made.method === 'DELETE' && made.operation.path === '/v1/batches/{batch_id}') tally.deleted += 1;
    const removed = made.method === 'DELETE' ? uploads.find((id) => made.path.includes(id)) : undefined;
    if (removed !== undefined) tally.removed.add(removed);
    if (made.method !== 'POST') return;
    if (made.operation.path === '/v1/files') tally.uploaded += 1;
    if (!isCreate(made, answer)) return;
    tally.created += 1;
    if (made.operation.path.endsWith('/retry')) tally.retried += 1;
  }

  async function send({ method, path, headers, body }: FuzzRequest): Promise<FuzzAnswer> {
    const { hostname, port } = new URL(service.url);
    const signal = AbortSignal.timeout(HANG_MS);
    const sent = httpRequest({ hostname, port, agent, method, path, headers, signal });
    const answered = once(sent, 'response', { signal }) as Promise<[IncomingMessage]>;
    // Some wait to be asked for their body, and some have none.
    if (headers.expect === undefined) sent.end(body ?? undefined);
    else sent.once('continue', () => sent.end(body ?? undefined)).flushHeaders();
    const [response] = await answered;
    const bytes = await buffer(response);
    // It was refused without its body, which it may still announce.
    if (!sent.writableEnded) sent.destroy();
    return { status: response.statusCode ?? 0, headers: response.headers, body: bytes };
  }
});

/** A dry run and a replay store nothing. */
function isCreate({ operation }: FuzzRequest, { headers }: FuzzAnswer): boolean {
  return MAKES_BATCHES.includes(operation.path) && headers['idempotent-replayed'] === undefined;
}

/** Enough of them that some are left to be read while others are deleted. */
async function uploadSome(url: string): Promise<string[]> {
  const line = JSON.stringify({ ...chatItems(['x'], 'sandbox/echo')[0], url: '/v1/chat/completions' });
  const ids: string[] = [];
  for (let count = 0; count < UPLOADS; count++) {
    const body = new FormData();
    body.set('purpose', 'batch');
    body.set('file', new Blob([line]), 'x.jsonl');
    const answer = await fetch(`${url}/v1/files`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${TEST_KEY}` },
    });
    ids.push(((await answer.json()) as { id: string }).id);
  }
  return ids;
}

/** As many at once as there are lanes; order does not matter. */
async function inLanes<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const lane = async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) await run(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

function grown(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, number> {
  const sizeOf = (value: unknown) => (Array.isArray(value) ? value.length : Number(value));
  const counted = ['batches', 'parts', 'files', 'blobs'];
  return Object.fromEntries(counted.map((name) => [name, sizeOf(after[name]) - sizeOf(before[name])]));
}

function shown({ method, path, headers, body }: FuzzRequest, answer: FuzzAnswer | string): string {
  const told = typeof answer === 'string' ? answer : `${answer.status} ${answer.body.toString().slice(0, 500)}`;
  return JSON.stringify({ method, path, headers, body: body?.toString('base64').slice(0, 2000), told });
}
