import type { WebhookWithSecretDto } from '../../src/webhooks/dto/webhook.dto';
import { runCommandWith } from '../support/service/keys-command';
import { TestService } from '../support/service/test-service';
import { verified, WebhookReceiver } from '../support/service/webhook-receiver';

const [OLD, NEW, OTHER] = [1, 2, 3].map((byte) => Buffer.alloc(32, byte).toString('base64'));
const JSON_TYPE = { 'content-type': 'application/json' };

describe('a key for secrets that is replaced', () => {
  let service: TestService;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    const env = { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8', SECRETS_KEY: OLD! };
    service = await TestService.start({ database: 'server', env });
  });
  afterAll(async () => {
    await service?.dispose();
    await receiver.stop();
  });

  const post = <T>(path: string, body: unknown = {}) =>
    service.client().send<T>('POST', path, JSON.stringify(body), JSON_TYPE);
  const reseal = (keys: string) => runCommandWith({ SECRETS_KEY: keys }, service, 'secrets', 'reseal');

  it('is needed no longer once what it sealed is sealed anew, and no secret changes', async () => {
    const { body: webhook } = await post<WebhookWithSecretDto>('/v1/webhooks', { url: receiver.urlOf('/a') });
    const { body: rotated } = await post<WebhookWithSecretDto>(`/v1/webhooks/${webhook.id}/rotate-secret`);

    await expect(reseal(OTHER!)).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining(webhook.id) });
    expect(await reseal(`${NEW},${OLD}`)).toEqual([{ resealed: '1', unopened: '0' }]);

    await service.stop();
    await service.start({ SECRETS_KEY: NEW! });
    await post(`/v1/webhooks/${webhook.id}/test`);
    const [message] = await receiver.waitFor('/a', 1);
    for (const { secret } of [webhook, rotated]) expect(verified(secret, message!).type).toBe('webhook.test');
  });

  it('has to be there', async () => {
    const failed = reseal('');
    await expect(failed).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('SECRETS_KEY') });
  });
});
