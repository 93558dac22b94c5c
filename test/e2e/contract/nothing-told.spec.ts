import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { ApiClient, chatItems, type Answer } from '../../support/service/api-client';
import { expectMessageError, expectRefusal } from '../../support/service/envelope';
import { requiredHeaders, servedDocument, walk } from '../../support/service/openapi-walk';
import { storeWebhook } from '../../support/service/stored-webhooks';
import { TestService } from '../../support/service/test-service';

const PAGES = ['/docs', '/openapi.json', '/health/live', '/v1/models', '/v1/nothing', '/v1/batches/%E0%A4%A'];
/** Names of what the service is made of, versions, and places in its code or its database. */
const BANNERS = /express|nest|node\.?js|postgres|typeorm|helmet|\bv?\d+\.\d+\.\d+\b/i;
const INTERNALS = /\\n\s+at |node_modules|\/dist\/|\.[jt]s:\d|relation|SELECT|column|typeorm|postgres|QueryFailed/i;

const TABLES = ['batches', 'files', 'webhook_endpoints', 'webhook_deliveries'];
const CHAT = { requests: chatItems(['x'], 'sandbox/echo') };
const MESSAGE = { model: 'sandbox/echo', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] };
const FORM = ['name="purpose"\r\n\r\nbatch', 'name="file"; filename="a.jsonl"\r\n\r\n{}']
  .map((part) => `--x\r\nContent-Disposition: form-data; ${part}\r\n`)
  .join('');
const json = (body: object) => ({ type: 'application/json', text: JSON.stringify(body) });
/** Of the routes that look at their body before they look at anything else. */
const BODIES: Record<string, { type: string; text: string }> = {
  'POST /v1/batches': json(CHAT),
  'POST /v1/batches/validate': json(CHAT),
  'POST /v1/messages/batches': json({ requests: [{ custom_id: 'x', params: MESSAGE }] }),
  'POST /v1/files': { type: 'multipart/form-data; boundary=x', text: `${FORM}--x--\r\n` },
  'POST /v1/webhooks': json({ url: 'https://1.1.1.1/' }),
  'PATCH /v1/webhooks/{webhook_id}': json({ description: 'x' }),
};
/** What these tell is in no table. */
const WITHOUT_TABLES = ['GET /v1/models', 'GET /v1/providers'];

describe('what an answer does not tell', () => {
  let service: TestService;
  let api: ApiClient;

  beforeAll(async () => {
    const env = { SECRETS_KEY: randomBytes(32).toString('base64') };
    service = await TestService.start({ database: 'server', env });
    api = service.client();
  });

  afterAll(() => service.dispose());

  const bannersIn = ({ headers }: Answer<unknown>) =>
    [...headers].filter(([name, value]) => ['server', 'x-powered-by', 'via'].includes(name) || BANNERS.test(value));

  it.each(PAGES)('%s has the headers that browsers heed, and none that names software', async (path) => {
    const answer = await api.send('GET', path);
    expect(bannersIn(answer)).toEqual([]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    });
    expect(answer.headers.get('strict-transport-security')).toBeNull();
  });

  it('the page of the documentation loads what its policy allows, and nothing else', async () => {
    const anybody = new ApiClient(service.url, null);
    const { body: page, headers } = await anybody.send<string>('GET', '/docs');
    const policy = new Map(
      (headers.get('content-security-policy') ?? '').split(';').map((directive): [string, string] => {
        const [name = '', ...sources] = directive.trim().split(' ');
        return [name, sources.join(' ')];
      }),
    );
    expect([policy.get('script-src'), policy.get('connect-src')]).toEqual(["'self'", "'self'"]);
    // 'self' allows no script within the page, and no address elsewhere.
    const scripts = [...page.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)];
    expect(scripts.length).toBeGreaterThan(1);
    for (const [, attributes, text] of scripts)
      expect([attributes, text?.trim()]).toEqual([expect.stringMatching(/ src="\.\//), '']);
    expect(page).not.toMatch(/\son[a-z]+=|javascript:/i);
    if (/<style|\sstyle=/.test(page)) expect(policy.get('style-src')).toContain("'unsafe-inline'");
    for (const [, source = ''] of page.matchAll(/(?:src|href)="(\.[^"]+)"/g)) {
      const loaded = await fetch(new URL(source, `${service.url}/docs`));
      expect([source, loaded.status]).toEqual([source, 200]);
      await loaded.arrayBuffer();
    }
    const style = await (await fetch(`${service.url}/docs/swagger-ui.css`)).text();
    const schemes = new Set([...style.matchAll(/url\(["']?(data|https?|\/\/)/g)].map(([, scheme]) => scheme));
    expect([...schemes]).toEqual(['data']);
    expect(policy.get('img-src')).toContain('data:');
  });

  it('why a route failed: every one says no more than that it did, and the log says it all', async () => {
    const { body } = await api.create({ requests: chatItems(['x'], 'sandbox/echo') });
    const batch = await api.waitFor(body.id);
    const webhook = await storeWebhook(service, batch);
    const ids: Record<string, string> = {
      batch_id: batch.id,
      message_batch_id: batch.id,
      file_id: String(batch.input_file_id),
      webhook_id: String(webhook.webhook_id),
      delivery_id: String(webhook.delivery_id),
    };
    const database = new Client(service.databaseUrl ?? '');
    await database.connect();
    const spared: string[] = [];
    try {
      for (const table of TABLES) await database.query(`ALTER TABLE meshbatch_${table} RENAME TO gone_${table}`);
      for (const { method, path, isOpen, operation } of walk(await servedDocument(service))) {
        if (isOpen) continue;
        const real = path.replace(/\{([^}]+)\}/g, (_, name: string) => ids[name] ?? '');
        const sent = BODIES[`${method} ${path}`];
        const headers: Record<string, string> = sent ? { 'content-type': sent.type } : {};
        const answer = await api.send(method, real, sent?.text, { ...requiredHeaders(operation), ...headers });
        if (answer.status < 500) {
          spared.push(`${method} ${path}`);
          continue;
        }
        if (path.startsWith('/v1/messages/')) expectMessageError(answer, 500, 'api_error');
        else expect(expectRefusal(answer, 500, 'internal_error').error.message).toBe('Internal error.');
        expect(JSON.stringify(answer.body)).not.toMatch(INTERNALS);
        expect(bannersIn(answer)).toEqual([]);
      }
    } finally {
      for (const table of TABLES) await database.query(`ALTER TABLE gone_${table} RENAME TO meshbatch_${table}`);
      await database.end();
    }
    expect(spared).toEqual(WITHOUT_TABLES);
    expect(service.log).toMatch(/relation .*meshbatch_batches.* does not exist/);
    expect(service.log).toMatch(/\\n\s+at /);
  });
});
