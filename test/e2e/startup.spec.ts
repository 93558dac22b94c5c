import { spawnSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chatItems } from '../support/service/api-client';
import { DATABASE_KINDS, TestService } from '../support/service/test-service';

const MAIN = resolve(__dirname, '../../dist/main.js');
const KEYS = resolve(__dirname, '../../dist/cli/keys.js');

describe.each(DATABASE_KINDS)('the process, %s database', (database) => {
  let service: TestService;

  beforeAll(async () => {
    service = await TestService.start({ database });
  });

  afterAll(() => service.dispose());

  it('takes operator’s commands while it runs', async () => {
    const created = keys('create', '--owner', 'acme');
    const key = /key=(rsk_\S+)/.exec(created)?.[1] ?? '';
    expect((await service.client(key).send('GET', '/v1/batches')).status).toBe(200);
    const id = /id=(key_\S+)/.exec(created)?.[1] ?? '';
    expect(keys('list')).toContain('owner=acme');
    keys('suspend', id);
    expect((await service.client(key).send('GET', '/v1/batches')).status).toBe(403);
    keys('revoke', id);
    expect((await service.client(key).send('GET', '/v1/batches')).status).toBe(401);
    expect(service.log).not.toContain(key);
  });

  it('stops in order on SIGTERM with a batch in flight, which goes on after a restart', async () => {
    const { body: created } = await service.client().create({ requests: chatItems(['a', 'b'], 'sandbox/echo') });
    expect(await service.stop()).toBe(0);
    await service.start();
    const batch = await service.client().waitFor(created.id, ['completed']);
    expect(batch.request_counts).toEqual({ total: 2, completed: 2, failed: 0 });
  });

  function keys(...args: string[]): string {
    const run = spawnSync(process.execPath, [KEYS, ...args], { env: service.settings(), encoding: 'utf8' });
    if (run.status !== 0) throw new Error(run.stderr);
    return run.stdout;
  }
});

describe('a first start', () => {
  it('puts the first key into a file of the user’s own and never on a pipe', async () => {
    const service = await TestService.start({ database: 'embedded', env: { BOOTSTRAP_API_KEY: '' } });
    try {
      const path = join(service.dataDir, 'first-api-key');
      const key = (await readFile(path, 'utf8')).trim();
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await service.client(key).send('GET', '/v1/batches')).status).toBe(200);
      expect(service.log).not.toContain(key);
      expect(service.log).toContain(path);
    } finally {
      await service.dispose();
    }
  });

  it('refuses a data folder that another process uses, with a sentence', async () => {
    const service = await TestService.start({ database: 'embedded' });
    try {
      const second = start(service.settings());
      expect([second.status, second.stderr.trim().split('\n').length]).toEqual([1, 1]);
      expect(second.stderr).toContain(`Another Meshbatch process is using the data folder ${service.dataDir}`);
    } finally {
      await service.dispose();
    }
  });

  it('lists every wrong setting at once, by name and never by value', () => {
    const run = start({
      PORT: 'a-port',
      ROLE: 'worker',
      BOOTSTRAP_API_KEY: 'hunter2',
      OPENAI_BASE_URL: 'ftp://secret',
    });
    expect(run.status).toBe(1);
    for (const name of ['PORT', 'ROLE', 'BOOTSTRAP_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_API_KEY']) {
      expect(run.stderr).toContain(`- ${name} `);
    }
    expect(run.stderr).not.toMatch(/a-port|hunter2|secret/);
  });

  function start(env: Record<string, string>) {
    return spawnSync(process.execPath, [MAIN], { env: { PATH: process.env.PATH ?? '', ...env }, encoding: 'utf8' });
  }
});
