import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { freePort } from '../support/free-port';
import { samplesOf } from '../support/metric-samples';
import type { Answer, ErrorBody } from '../support/service/api-client';
import { expectRefusal } from '../support/service/envelope';
import { storeKeys } from '../support/service/stored-keys';
import { TEST_KEY, TestService } from '../support/service/test-service';
import { FULL_TIER } from '../support/tier';

const TRIES = FULL_TIER ? 10_000 : 1000;
const LIMIT = 60;
const CONNECTIONS = 50;

describe('a wrong key, tried over and over', () => {
  let service: TestService;
  let metricsPort: number;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  beforeAll(async () => {
    metricsPort = await freePort();
    const env = { METRICS_PORT: String(metricsPort), TRUST_PROXY: '1' };
    service = await TestService.start({ database: 'server', env });
  });

  afterAll(async () => {
    agent.destroy();
    await service.dispose();
  });

  function ask(key: string, forwarded: string): Promise<Answer<ErrorBody>> {
    const headers = { authorization: `Bearer ${key}`, 'x-forwarded-for': forwarded };
    return new Promise((done, fail) => {
      const asked = request(`${service.url}/v1/batches`, { agent, headers }, (response) => {
        const told = new Headers(response.headers as Record<string, string>);
        json(response).then(
          (body) => done({ status: response.statusCode ?? 0, headers: told, body: body as ErrorBody }),
          fail,
        );
      });
      asked.on('error', fail).end();
    });
  }

  it(`${TRIES} times: ${LIMIT} are looked up, the others refused, and who was let in before still is`, async () => {
    const wrong = `rsk_${randomBytes(32).toString('base64url')}`;
    const [fresh = ''] = await storeKeys(service, 'fresh', [{}]);
    expect((await ask(TEST_KEY, '192.0.2.7')).status).toBe(200);
    const answers = await Promise.all(Array.from({ length: TRIES }, () => ask(wrong, '192.0.2.7')));
    const limited = answers.filter(({ status }) => status === 429);
    expect([answers.filter(({ status }) => status === 401).length, limited.length]).toEqual([LIMIT, TRIES - LIMIT]);
    expectRefusal(limited[0]!, 429, 'rate_limit_exceeded');
    expect(Number(limited[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(limited[0]?.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect((await ask(TEST_KEY, '192.0.2.7')).status).toBe(200);
    // A key that this process has not seen yet waits for the minute to end, from there alone.
    expect((await ask(fresh, '192.0.2.7')).status).toBe(429);
    expect((await ask(fresh, '192.0.2.8')).status).toBe(200);
    expect((await ask(wrong, '192.0.2.8')).status).toBe(401);
    expect((await ask('rsk_malformed', '192.0.2.7')).status).toBe(401);

    const samples = samplesOf(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text());
    const told = (reason: string) => samples.get(`meshbatch_refused_keys_total{reason="${reason}"}`);
    expect([told('wrong'), told('limited'), told('malformed')]).toEqual([LIMIT + 1, TRIES - LIMIT + 1, 1]);

    const events = service.log.split('\n').filter((line) => line.includes('"event":"wrong_api_key"'));
    expect(events.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 40, address: '192.0.2.7', count: 1 },
      { level: 40, address: '192.0.2.7', count: LIMIT },
      { level: 40, address: '192.0.2.8', count: 1 },
    ]);
    expect(service.log).not.toContain(wrong.slice(4));
  });

  it('an address in front of the trusted proxy’s own is not believed', async () => {
    for (let index = 0; index < LIMIT; index++)
      await ask(`rsk_${randomBytes(32).toString('base64url')}`, `198.51.100.${index}, 203.0.113.9`);
    const [fresh = ''] = await storeKeys(service, 'behind', [{}]);
    expect((await ask(fresh, '198.51.100.200, 203.0.113.9')).status).toBe(429);
  });
});
