import type { INestApplication } from '@nestjs/common';
import { embedOn, hostGround, startHost, urlOf, type HostGround } from '../../support/embedding/host';
import { HostClient } from '../../support/embedding/host-client';
import { inFullTier } from '../../support/full-tier-case';

const MIB = 1024 * 1024;

describe.each(['express', 'fastify'] as const)('a host on %s', (platform) => {
  let ground: HostGround;
  let app: INestApplication;
  let url: string;
  const user = (account: string) => new HostClient(url, account);

  beforeAll(async () => {
    ground = await hostGround();
    app = await startHost({ platform, meshbatch: await embedOn(ground) });
    url = urlOf(app);
  });
  afterAll(async () => {
    await app?.close();
    await ground?.close();
  });

  it('runs a batch to its end for a user of its own login', async () => {
    const batch = await user('ada').run(['one', 'two', 'three']);
    expect(batch.status).toBe('completed');
    expect(batch.results?.map((entry) => entry.custom_id)).toEqual(['item-0', 'item-1', 'item-2']);
    const file = await user('ada').send('GET', `/files/${batch.output_file_id}/content`);
    expect((await file.text()).trim().split('\n')).toHaveLength(3);
    expect(file.headers.get('content-encoding')).toBe('gzip');
    const results = await user('ada').send('GET', `/batches/${batch.id}/results?custom_id=item-0&custom_id=item-2`);
    expect([results.headers.get('x-batch-status'), (await results.text()).trim().split('\n').length]).toEqual([
      'completed',
      2,
    ]);
    const range = await fetch(`${url}/api/llm/v1/files/${batch.output_file_id}/content`, {
      headers: { 'x-account': 'ada', range: 'bytes=0-9' },
    });
    expect([range.status, await range.text()]).toEqual([206, expect.stringMatching(/^.{10}$/)]);
  });

  it('keeps the users of the host apart', async () => {
    const { id } = await user('ada').run(['mine']);
    expect((await user('bob').send('GET', `/batches/${id}`)).status).toBe(404);
    expect((await new HostClient(url, null).send('GET', `/batches/${id}`)).status).toBe(401);
  });

  inFullTier('takes a body of 5 MB where the host’s own routes stop at their limit', async () => {
    const prompts = Array.from({ length: 5 }, () => 'x'.repeat(MIB));
    expect((await user('big').run(prompts)).request_counts).toEqual({ total: 5, completed: 5, failed: 0 });
    const own = await fetch(`${url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ item: 'x'.repeat(5 * MIB), count: 1 }),
    });
    expect(own.status).toBe(413);
  });

  it('answers as the stand-alone service does, past the host’s pipes, interceptors and filters', async () => {
    const wrong = await user('ada').send('GET', '/batches?limit=abc');
    expect(wrong.status).toBe(422);
    expect(await wrong.json()).toMatchObject({
      error: { code: 'validation_error' },
      detail: [{ loc: ['query', 'limit'], type: 'int_parsing' }],
    });
    expect((await user('ada').send('GET', '/batches?unknown=1')).status).toBe(200);
    const broken = await user('ada').send('POST', '/batches', '{"requests":');
    expect(broken.status).toBe(422);
    expect(broken.headers.get('x-request-id')).toMatch(/^req_/);
    expect(Object.keys((await broken.json()) as object)).toEqual(['error', 'detail', 'request_id']);
    const models = (await (await user('ada').send('GET', '/models')).json()) as { id: string }[];
    expect(models.map(({ id }) => id)).toContain('sandbox/echo');
    const cancelled = await user('ada').send('POST', '/batches/batch_00000000000000000000000000/cancel', '{');
    expect(cancelled.status).toBe(404);
  });

  inFullTier('lets an owner that nobody made a row for have exactly the limit of active batches', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => user('carol').create(['{"sandbox":{"delay_ms":3000}}', 'b'])),
    );
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses.filter((status) => status === 429)).toHaveLength(9);
    const limits = answers.map((answer) => answer.headers.get('x-ratelimit-limit-batches'));
    expect(new Set(limits)).toEqual(new Set(['3']));
  });
});
