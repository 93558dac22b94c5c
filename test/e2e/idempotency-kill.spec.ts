import { setTimeout as sleep } from 'node:timers/promises';
import { chatItems, type Answer, type BatchBody } from '../support/service/api-client';
import { DATABASE_KINDS, TestService } from '../support/service/test-service';
import { FULL_TIER } from '../support/tier';

const AT_ONCE = 50;
/** Until the death, after the posts were sent: some are before their key, some behind the commit. */
const MOMENTS_MS = FULL_TIER ? [0, 5, 15, 30, 50, 80, 120, 200] : [30];
const WAIT_MS = 40_000;
const HEADERS = { 'content-type': 'application/json', 'idempotency-key': 'the one' };
/** Nobody listens there: the one place of the owner stays taken. */
const ENV = {
  OPENAI_API_KEY: 'sk-none',
  OPENAI_BASE_URL: 'http://127.0.0.1:9',
  BATCH_LIMIT_PER_OWNER: '1',
  MAX_CONCURRENT_CREATES: '200',
};
const BODY = JSON.stringify({ requests: chatItems(['a', 'b', 'c']) });

/** At named moments it is in the crash matrix. */
describe('the process is killed among parallel posts with one Idempotency-Key', () => {
  const runs = MOMENTS_MS.flatMap((ms) => DATABASE_KINDS.map((database) => [ms, database] as const));

  it.concurrent.each(runs)('%s ms after they were sent, %s database', async (ms, database) => {
    const service = await TestService.start({ database, env: ENV });
    try {
      const dying = Array.from({ length: AT_ONCE }, () => post(service));
      await sleep(ms);
      await service.kill();
      const told = (await Promise.all(dying)).flatMap((answer) => (answer?.status === 200 ? [answer.body.id] : []));
      await service.start();

      const after = await Promise.all(Array.from({ length: AT_ONCE }, () => untilTaken(service)));
      const ids = new Set([...told, ...after.map(({ body }) => body.id)]);
      expect(ids.size).toBe(1);
      expect(await listed(service)).toEqual([...ids]);
      expect((await post(service))?.headers.get('idempotent-replayed')).toBe('true');
    } finally {
      await service.dispose();
    }
  });
});

function post(service: TestService): Promise<Answer<BatchBody> | null> {
  return service
    .client()
    .send<BatchBody>('POST', '/v1/batches', BODY, HEADERS)
    .catch(() => null);
}

/** A lease may have to lapse first. */
async function untilTaken(service: TestService): Promise<Answer<BatchBody>> {
  for (const deadline = Date.now() + WAIT_MS; Date.now() < deadline; await sleep(500)) {
    const answer = await post(service);
    if (answer?.status === 200) return answer;
    if (answer?.status !== 409) throw new Error(`Not created: ${JSON.stringify(answer?.body)}`);
  }
  throw new Error('The key is never free');
}

async function listed(service: TestService): Promise<string[]> {
  const { body } = await service.client().send<{ data: BatchBody[] }>('GET', '/v1/batches?limit=100');
  return body.data.map(({ id }) => id);
}
