import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { ApiClient, chatItems, type Answer } from '../../support/service/api-client';
import { expectRefusal } from '../../support/service/envelope';
import { servedDocument, walk } from '../../support/service/openapi-walk';
import { TestService } from '../../support/service/test-service';

const PAGES = ['/docs', '/openapi.json', '/health/live', '/v1/models', '/v1/nothing', '/v1/batches/%E0%A4%A'];
/** Names of what the service is made of, versions, and places in its code or its database. */
const BANNERS = /express|nest|node\.?js|postgres|typeorm|helmet|\bv?\d+\.\d+\.\d+\b/i;
const INTERNALS = /\\n\s+at |node_modules|\/dist\/|\.[jt]s:\d|relation|SELECT|column|typeorm|postgres|QueryFailed/i;

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
    const { body: batch } = await api.create({ requests: chatItems(['x'], 'sandbox/echo') });
    const { input_file_id: file } = await api.waitFor(batch.id);
    const database = new Client(service.databaseUrl ?? '');
    await database.connect();
    const rename = (from: string, to: string) => database.query(`ALTER TABLE ${from} RENAME TO ${to}`);
    try {
      await rename('meshbatch_batches', 'gone_batches');
      await rename('meshbatch_files', 'gone_files');
      const failed: string[] = [];
      for (const { method, path, isOpen, pathParameters } of walk(await servedDocument(service))) {
        if (isOpen) continue;
        const real = path.replace('{batch_id}', batch.id).replace('{file_id}', file);
        const answer =
          method === 'POST' && pathParameters.length === 0
            ? await api.create({ requests: chatItems(['x'], 'sandbox/echo') })
            : await api.send(method, real);
        if (answer.status < 500) continue;
        failed.push(`${method} ${path}`);
        const { error } = expectRefusal(answer, 500, 'internal_error');
        expect(error.message).toBe('Internal error.');
        expect(JSON.stringify(answer.body)).not.toMatch(INTERNALS);
        expect(bannersIn(answer)).toEqual([]);
      }
      expect(failed.length).toBeGreaterThanOrEqual(6);
    } finally {
      await rename('gone_batches', 'meshbatch_batches');
      await rename('gone_files', 'meshbatch_files');
      await database.end();
    }
    expect(service.log).toMatch(/relation .*meshbatch_batches.* does not exist/);
    expect(service.log).toMatch(/\\n\s+at /);
  });
});
