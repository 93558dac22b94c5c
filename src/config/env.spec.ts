import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InvalidEnvError, loadEnv } from './env';

function problemsOf(source: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadEnv(source);
  } catch (error) {
    if (error instanceof InvalidEnvError) return error.problems;
    throw error;
  }
  return [];
}
const names = (source: NodeJS.ProcessEnv) => problemsOf(source).map((problem) => problem.split(' ')[0]);

describe('loadEnv', () => {
  it('needs no setting at all', () => {
    expect(loadEnv({})).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      METRICS_HOST: '127.0.0.1',
      DATA_DIR: './data',
      ROLE: 'all',
      BATCH_LIMIT_PER_OWNER: 10,
      MAX_BODY_BYTES: 1024 ** 3,
      MAX_BATCH_ITEMS: 1_000_000,
      BODY_IDLE_TIMEOUT_MS: 30_000,
      BODY_MIN_BYTES_PER_SECOND: 1024,
      MAX_CONCURRENT_BODIES: 16,
      INLINE_RESULTS_MAX_BYTES: 64 * 1024 * 1024,
      SANDBOX: 'on',
      LOG_LEVEL: 'info',
      providers: {},
    });
  });

  it('takes an empty value for one that is not set', () => {
    const empty = { PORT: '', DATABASE_URL: '', OPENAI_API_KEY: '', OPENAI_BASE_URL: '', BOOTSTRAP_API_KEY: '' };
    expect(loadEnv(empty)).toEqual(loadEnv({}));
  });

  it('reads numbers, and keys with addresses by provider', () => {
    const env = loadEnv({
      PORT: '0',
      POLL_INTERVAL_MS: '5',
      OPENAI_API_KEY: 'sk-1',
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1//',
      ANTHROPIC_API_KEY: 'k',
    });
    expect(env).toMatchObject({ PORT: 0, POLL_INTERVAL_MS: 5 });
    expect(env.providers).toEqual({
      openai: { apiKey: 'sk-1', baseUrl: 'http://127.0.0.1:1/v1' },
      anthropic: { apiKey: 'k' },
    });
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', 'x'],
    ['PORT', '1.5'],
    ['METRICS_PORT', '0'],
    ['METRICS_PORT', '65536'],
    ['BATCH_LIMIT_PER_OWNER', '0'],
    ['MAX_BODY_BYTES', 'many'],
    ['MAX_BATCH_ITEMS', '1.5'],
    ['BODY_IDLE_TIMEOUT_MS', '0'],
    ['BODY_MIN_BYTES_PER_SECOND', '-1'],
    ['MAX_CONCURRENT_BODIES', '0'],
    ['INLINE_RESULTS_MAX_BYTES', '-5'],
    ['POLL_INTERVAL_MS', '0'],
    ['RETENTION_DAYS', '0'],
    ['RETENTION_DAYS', '1.5'],
    ['DATABASE_URL', 'mysql://u:p@h/d'],
    ['ROLE', 'boss'],
    ['ROLE', 'api'],
    ['BOOTSTRAP_API_KEY', 'rsk_short'],
    ['SANDBOX', 'yes'],
    ['ALLOW_INSECURE_UPSTREAM', 'yes'],
    ['CATALOG_FILE', '/no/such/file.json'],
    ['LOG_LEVEL', 'loud'],
    ['SECRETS_KEY', 'short'],
    ['WEBHOOK_ALLOWED_NETWORKS', '10.0.0.0/8,everything'],
    ['WEBHOOK_ALLOWED_NETWORKS', '10.0.0.0/64'],
    ['WEBHOOK_RETRY_MS', '1000,soon'],
    ['WEBHOOK_TIMEOUT_MS', '0'],
    ['OPENAI_BASE_URL', 'http://h/v1'],
  ])('refuses %s=%s', (name, value) => {
    const fault = { OPENAI_BASE_URL: 'OPENAI_API_KEY' }[name] ?? name;
    expect(names({ [name]: value })).toEqual([fault]);
  });

  it.each([
    ['https://batch.example.com/v1', 'off', true],
    ['http://localhost:8080/v1', 'off', true],
    ['http://127.1.2.3:8080/v1', 'off', true],
    ['http://[::1]:8080/v1', 'off', true],
    ['http://10.0.0.5/v1', 'off', false],
    ['http://127.0.0.1.example.com/v1', 'off', false],
    ['http://10.0.0.5/v1', 'on', true],
  ])('takes a key to %s with ALLOW_INSECURE_UPSTREAM=%s: %s', (OPENAI_BASE_URL, ALLOW_INSECURE_UPSTREAM, taken) => {
    const faults = names({ OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL, ALLOW_INSECURE_UPSTREAM });
    expect(faults).toEqual(taken ? [] : ['OPENAI_BASE_URL']);
  });

  it('wants a base URL where every account has another', () => {
    expect(names({ AZURE_OPENAI_API_KEY: 'k' })).toEqual(['AZURE_OPENAI_BASE_URL']);
  });

  it('reads lists', () => {
    const [one, other] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64url')];
    expect(
      loadEnv({
        SECRETS_KEY: `${one}, ${other}`,
        WEBHOOK_ALLOWED_NETWORKS: '10.0.0.0/8,fd00::/8',
        WEBHOOK_RETRY_MS: '1,2',
      }),
    ).toMatchObject({
      SECRETS_KEY: [one, other],
      WEBHOOK_ALLOWED_NETWORKS: ['10.0.0.0/8', 'fd00::/8'],
      WEBHOOK_RETRY_MS: [1, 2],
    });
  });

  it('reads what an operator adds to the catalogue, and the keys of its providers', () => {
    const CATALOG_FILE = join(mkdtempSync(join(tmpdir(), 'catalog-')), 'catalog.json');
    const provider = { id: 'my-server', baseUrl: 'http://127.0.0.1:9/v1', endpoints: { '/v1/chat/completions': {} } };
    const catalog = { providers: [{ ...provider, limits: { maxItems: 10, maxBytes: 1000 } }] };
    writeFileSync(CATALOG_FILE, JSON.stringify(catalog));
    const env = loadEnv({ CATALOG_FILE, MY_SERVER_API_KEY: 'k' });
    expect(env).toMatchObject({ catalog, providers: { 'my-server': { apiKey: 'k' } } });
    writeFileSync(CATALOG_FILE, JSON.stringify({ ...catalog, models: [{ id: 'who/x', endpoints: [] }], more: 1 }));
    expect(problemsOf({ CATALOG_FILE })).toEqual([expect.stringMatching(/^CATALOG_FILE .*more/)]);
    rmSync(dirname(CATALOG_FILE), { recursive: true });
  });

  it.each([
    ['2', 2],
    ['127.0.0.1', ['127.0.0.1']],
    ['loopback, 10.0.0.0/8,2001:db8::/32', ['loopback', '10.0.0.0/8', '2001:db8::/32']],
  ])('takes the proxies %s', (TRUST_PROXY, taken) => {
    expect(loadEnv({ TRUST_PROXY }).TRUST_PROXY).toEqual(taken);
  });

  // With true, every client would say for itself where it comes from.
  it.each(['true', 'all', '-1', '1.5', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '1.2.3', ',', '::/129'])(
    'takes no proxies like %j',
    (TRUST_PROXY) => expect(names({ TRUST_PROXY })).toEqual(['TRUST_PROXY']),
  );

  it('takes other roles with a server', () => {
    const DATABASE_URL = 'postgres://u:p@127.0.0.1:5432/d';
    expect(loadEnv({ ROLE: 'worker', DATABASE_URL })).toMatchObject({ ROLE: 'worker', DATABASE_URL });
  });

  const WRONG = {
    PORT: 'secret-port',
    DATABASE_URL: 'mysql://user:secret-password@host/db',
    BOOTSTRAP_API_KEY: 'rsk_secret',
    LOG_LEVEL: 'secret-level',
    SANDBOX: 'secret-sandbox',
    OPENAI_BASE_URL: 'ftp://secret-host',
    MAX_BODY_BYTES: 'secret-bytes',
  };

  it('tells all faults at once, by name and never by value', () => {
    expect(names(WRONG).sort()).toEqual([...Object.keys(WRONG), 'OPENAI_API_KEY'].sort());
    expect(() => loadEnv(WRONG)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
  });

  // "Every fault at once" holds for those between two settings too.
  it('tells of a role without a server beside other faults', () => {
    expect(names({ ROLE: 'worker', PORT: 'x' }).sort()).toEqual(['PORT', 'ROLE']);
  });
});
