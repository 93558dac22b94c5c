import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryDto } from '../../src/webhooks/dto/delivery.dto';
import type { WebhookDto, WebhookWithSecretDto } from '../../src/webhooks/dto/webhook.dto';
import { chatItems, type Answer, type ErrorBody } from '../support/service/api-client';
import { expectRefusal } from '../support/service/envelope';
import { storedSecrets } from '../support/service/stored-webhooks';
import { DATABASE_KINDS, TestService } from '../support/service/test-service';
import { verified, WebhookReceiver } from '../support/service/webhook-receiver';
import { sampled } from '../support/tier';
import { inFullTier } from '../support/full-tier-case';

const JSON_TYPE = { 'content-type': 'application/json' };
const WAIT_MS = 20_000;
const SETTINGS = {
  WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
  WEBHOOK_RETRY_MS: '150,150,150',
  WEBHOOK_TIMEOUT_MS: '2000',
};
const SECRETS_KEY = Buffer.alloc(32, 9).toString('base64');

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))('webhooks, database %s', (database) => {
  let service: TestService;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    // The embedded one has a key of its own.
    const env = { ...SETTINGS, ...(database === 'server' && { SECRETS_KEY }) };
    service = await TestService.start({ database, env });
  });
  afterAll(async () => {
    await service?.dispose();
    await receiver.stop();
  });

  const post = <T>(path: string, body: unknown = {}): Promise<Answer<T>> =>
    service.client().send<T>('POST', path, JSON.stringify(body), JSON_TYPE);
  const patch = <T>(id: string, body: unknown): Promise<Answer<T>> =>
    service.client().send<T>('PATCH', `/v1/webhooks/${id}`, JSON.stringify(body), JSON_TYPE);

  async function register(path: string, more: object = {}): Promise<WebhookWithSecretDto> {
    const answer = await post<WebhookWithSecretDto>('/v1/webhooks', { url: receiver.urlOf(path), ...more });
    expect(answer.status).toBe(200);
    return answer.body;
  }

  async function remove({ id }: WebhookDto): Promise<void> {
    expect((await service.client().send('DELETE', `/v1/webhooks/${id}`)).status).toBe(200);
    expectRefusal(await service.client().send('GET', `/v1/webhooks/${id}`), 404, 'not_found');
  }

  async function logOf({ id }: WebhookDto, query = ''): Promise<{ data: DeliveryDto[]; has_more: boolean }> {
    const path = `/v1/webhooks/${id}/deliveries${query}`;
    return (await service.client().send<{ data: DeliveryDto[]; has_more: boolean }>('GET', path)).body;
  }

  async function lastOf(webhook: WebhookDto, status: string): Promise<DeliveryDto> {
    for (const until = Date.now() + WAIT_MS; Date.now() < until; await sleep(20)) {
      const [last] = (await logOf(webhook)).data;
      if (last?.status === status) return last;
    }
    throw new Error(`The last delivery is not ${status}: ${JSON.stringify(await logOf(webhook))}`);
  }

  it('tell of a batch that has ended, signed, once, and the secret is shown that once', async () => {
    const webhook = await register('/ended', { description: 'ours' });
    const other = await register('/other', { events: ['batch.failed', 'batch.in_progress'] });
    const { body } = await service
      .client()
      .create({ requests: chatItems(['a'], 'sandbox/echo'), metadata: { a: '\0' } });
    const batch = await service.client().waitFor(body.id);

    const [message] = await receiver.waitFor('/ended', 1);
    const event = verified(webhook.secret, message!);
    expect(event).toMatchObject({ type: 'batch.completed', timestamp: expect.stringMatching(/^20\d\d-.*Z$/) });
    const { results: _results, errors_detail: _errors, results_truncated: _truncated, ...summary } = batch;
    expect(event.data).toEqual(summary);
    const delivery = await lastOf(webhook, 'delivered');
    expect(delivery).toMatchObject({
      id: message!.headers['webhook-id'],
      type: 'batch.completed',
      batch_id: batch.id,
      attempts: 1,
      last_status_code: 204,
      last_error: null,
      next_attempt_at: null,
    });
    expect(verified(other.secret, (await receiver.waitFor('/other', 1))[0]!).type).toBe('batch.in_progress');
    expect(receiver.at('/ended')).toHaveLength(1);

    const shown = await service.client().send<WebhookDto>('GET', `/v1/webhooks/${webhook.id}`);
    expect(shown.body).toMatchObject({ url: receiver.urlOf('/ended'), description: 'ours', disabled: false });
    expect(JSON.stringify([shown, await service.client().send('GET', '/v1/webhooks')])).not.toContain('whsec_');
    expect(service.log).not.toContain(webhook.secret.slice(6));
    await Promise.all([remove(webhook), remove(other)]);
  });

  it('are tried again under the same id, then given up, and replayed on demand', async () => {
    const webhook = await register('/failing');
    receiver.answer('/failing', 500);
    await post(`/v1/webhooks/${webhook.id}/test`);
    const failed = await lastOf(webhook, 'failed');
    expect(failed).toMatchObject({ type: 'webhook.test', batch_id: null, attempts: 4, last_status_code: 500 });
    receiver.answer('/failing', 200);
    const again = await post<DeliveryDto>(`/v1/webhooks/${webhook.id}/deliveries/${failed.id}/replay`);
    expect(again.body).toMatchObject({ id: failed.id, status: 'pending' });
    expect(await lastOf(webhook, 'delivered')).toMatchObject({ id: failed.id, attempts: 5, last_status_code: 200 });
    const messages = await receiver.waitFor('/failing', 5);
    expect(new Set(messages.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([failed.id]));
    expect(new Set(messages.map(({ body }) => body)).size).toBe(1);
    for (const message of messages) expect(verified(webhook.secret, message).type).toBe('webhook.test');
    await remove(webhook);
  });

  it('are signed with the old secret too after a rotation', async () => {
    const webhook = await register('/rotated');
    const rotated = await post<WebhookWithSecretDto>(`/v1/webhooks/${webhook.id}/rotate-secret`);
    expect(rotated.body.secret).not.toBe(webhook.secret);
    expect(rotated.body.previous_secret_until).toBeGreaterThan(Date.now() / 1000 + 86_000);
    await post(`/v1/webhooks/${webhook.id}/test`);
    const [message] = await receiver.waitFor('/rotated', 1);
    expect(message!.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const secret of [webhook.secret, rotated.body.secret]) verified(secret, message!);
    await remove(webhook);
  });

  it('are no longer sent to an endpoint that is gone, until its owner says otherwise', async () => {
    const webhook = await register('/gone');
    receiver.answer('/gone', 410);
    await post(`/v1/webhooks/${webhook.id}/test`);
    expect(await lastOf(webhook, 'failed')).toMatchObject({ attempts: 1, last_status_code: 410 });
    expect((await service.client().send('GET', `/v1/webhooks/${webhook.id}`)).body).toMatchObject({
      disabled: true,
      disabled_reason: 'gone',
    });
    expectRefusal(await post<ErrorBody>(`/v1/webhooks/${webhook.id}/test`), 409, 'conflict');
    receiver.answer('/gone', 200);
    expect((await patch<WebhookDto>(webhook.id, { disabled: false })).body.disabled).toBe(false);
    await post(`/v1/webhooks/${webhook.id}/test`);
    await lastOf(webhook, 'delivered');
    const page = await logOf(webhook, '?limit=1');
    expect(page).toMatchObject({ data: [{ status: 'delivered' }], has_more: true });
    expect((await logOf(webhook, `?after=${page.data[0]!.id}`)).data).toMatchObject([{ status: 'failed' }]);
    await remove(webhook);
  });

  inFullTier('that wait end when their endpoint is disabled', async () => {
    const webhook = await register('/disabled');
    receiver.answer('/disabled', 'never');
    await post(`/v1/webhooks/${webhook.id}/test`);
    await receiver.waitFor('/disabled', 1);
    expect((await patch<WebhookDto>(webhook.id, { disabled: true })).body.disabled_reason).toBe('requested');
    expect(await lastOf(webhook, 'failed')).toMatchObject({ last_error: 'The webhook was disabled' });
    await remove(webhook);
  });

  it('to a slow endpoint hold up nobody else’s', async () => {
    const [slow, quick] = [await register('/slow'), await register('/quick')];
    receiver.answer('/slow', 'never');
    for (let sent = 0; sent < 6; sent++) await post(`/v1/webhooks/${slow.id}/test`);
    await receiver.waitFor('/slow', 4);
    await post(`/v1/webhooks/${quick.id}/test`);
    await receiver.waitFor('/quick', 1);
    // Before the first of them has come to its end, so it waited for none.
    const told = (await logOf(slow)).data.map(({ status, last_error: error }) => [status, error]);
    expect(told).toEqual(Array(6).fill(['pending', null]));
    await Promise.all([remove(slow), remove(quick)]);
  });

  it('wait as tests in a number of twenty to an endpoint at most', async () => {
    const [silent, other] = [await register('/silent'), await register('/other-tests')];
    receiver.answer('/silent', 'never');
    const test = ({ id }: WebhookDto) => post<ErrorBody>(`/v1/webhooks/${id}/test`);
    const answers = await Promise.all(Array.from({ length: 22 }, () => test(silent)));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(2);
    for (const answer of refused) expectRefusal(answer, 409, 'conflict');
    expect((await test(other)).status).toBe(200);
    await Promise.all([remove(silent), remove(other)]);
  });

  it('are sent again when the sender is killed before it could note the answer', async () => {
    const webhook = await register('/killed');
    receiver.answer('/killed', 'never');
    const { body } = await service.client().create({ requests: chatItems(['a'], 'sandbox/echo') });
    await receiver.waitFor('/killed', 1);
    await service.kill();
    receiver.answer('/killed', 204);
    await service.start();
    const [first, second] = await receiver.waitFor('/killed', 2);
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(verified(webhook.secret, second!).data).toMatchObject({ id: body.id, status: 'completed' });
    expect(await lastOf(webhook, 'delivered')).toMatchObject({ id: first!.headers['webhook-id'], batch_id: body.id });
    await remove(webhook);
  });

  it.each([
    ['http://10.0.0.1/', 'value_error'],
    ['https://[::ffff:10.0.0.1]/', 'value_error'],
    ['https://user:secret@127.0.0.1/', 'value_error'],
    ['ftp://127.0.0.1/', 'value_error'],
    ['https://', 'value_error'],
    [`http://127.0.0.1/${'x'.repeat(2048)}`, 'string_too_long'],
    [7, 'string_type'],
    [null, 'string_type'],
  ])('are refused for a URL that nothing is sent to (%#)', async (url, type) => {
    const answer = await post<ErrorBody>('/v1/webhooks', { url });
    expectRefusal(answer, 422, 'validation_error');
    expect(answer.body.detail).toMatchObject([{ loc: ['body', 'url'], type }]);
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it.each([
    ['{', { 'content-type': 'application/json' }, 422],
    ['[]', { 'content-type': 'application/json' }, 422],
    ['{"url":"https://127.0.0.1/","events":["batch.created"]}', { 'content-type': 'application/json' }, 422],
    ['{"url":"https://127.0.0.1/","events":[]}', { 'content-type': 'application/json' }, 422],
    ['{"url":"https://127.0.0.1/","events":null}', { 'content-type': 'application/json' }, 422],
    ['{"url":"https://127.0.0.1/","description":"\\u0000"}', { 'content-type': 'application/json' }, 422],
    ['{"constructor":{},"__proto__":{"url":"https://127.0.0.1/"}}', { 'content-type': 'application/json' }, 422],
    ['{}', { 'content-type': 'text/plain' }, 415],
    ['{}', { 'content-type': 'application/json', 'content-encoding': 'br' }, 415],
    [`{"url":"${'x'.repeat(70_000)}"}`, { 'content-type': 'application/json' }, 413],
  ])('are refused for a body that breaks rules (%#)', async (text, headers, status) => {
    expect((await service.client().send('POST', '/v1/webhooks', text, headers)).status).toBe(status);
  });

  it('keep their secrets under a key that is in no row', async () => {
    if (database === 'embedded') {
      expect((await stat(join(service.dataDir, 'secrets-key'))).mode & 0o777).toBe(0o600);
      return;
    }
    const webhook = await register('/sealed');
    const rotated = await post<WebhookWithSecretDto>(`/v1/webhooks/${webhook.id}/rotate-secret`);
    const stored = await storedSecrets(service, webhook.id);
    expect(stored).toHaveLength(2);
    for (const sealed of stored) {
      expect(sealed).toMatch(/^v1\.[\w-]{60,}$/);
      const bytes = Buffer.from(sealed.slice(3), 'base64url');
      for (const { secret } of [webhook, rotated.body]) {
        expect(bytes.includes(secret.slice(6))).toBe(false);
        expect(bytes.includes(Buffer.from(secret.slice(6), 'base64'))).toBe(false);
      }
    }
    await remove(webhook);
  });

  it('have ten endpoints an owner at most', async () => {
    const url = receiver.urlOf('/many');
    const answers = await Promise.all(Array.from({ length: 12 }, () => post<ErrorBody>('/v1/webhooks', { url })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(10).fill(200), 409, 409]);
  });
});

it('webhooks are 501 on a server without a key, and so is nothing else', async () => {
  const service = await TestService.start({ database: 'server', env: { ...SETTINGS, ROLE: 'all' } });
  try {
    const url = JSON.stringify({ url: 'https://127.0.0.1/' });
    expectRefusal(await service.client().send('POST', '/v1/webhooks', url, JSON_TYPE), 501, 'not_implemented');
    expect((await service.client().send('GET', '/v1/webhooks')).body).toMatchObject({ data: [], has_more: false });
  } finally {
    await service.dispose();
  }
});
