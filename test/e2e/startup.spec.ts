import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { chatItems } from '../support/service/api-client';
import { runCommand, runKeys } from '../support/service/keys-command';
import { DATABASE_KINDS, TestService } from '../support/service/test-service';
import { sampled } from '../support/tier';
import { inFullTier } from '../support/full-tier-case';

const MAIN = resolve(__dirname, '../../dist/main.js');

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))('the process, %s database', (database) => {
  let service: TestService;

  beforeAll(async () => {
    service = await TestService.start({ database });
  });

  afterAll(() => service.dispose());

  it('tells what is wrong with a command in a sentence', async () => {
    const wrong = [
      ['suspend', 'key_x'],
      ['create', '--owner', 'acme', '--expires', 'someday'],
    ];
    for (const args of wrong) {
      await expect(runKeys(service, ...args)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/There is no key key_x|must be an ISO 8601 date/) as string,
      });
    }
  });

  it('is examined while it runs, and what does not fit together is told and left as it is', async () => {
    const rows = await runCommand(service, 'doctor');
    expect(rows).toHaveLength(13);
    expect(rows.filter(({ found }) => found !== '0')).toEqual([]);
    const key = 'batches/batch_01JAAAAAAAAAAAAAAAAAAAAAAA/input.jsonl';
    const path = join(service.dataDir, 'blobs', key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'left');
    await utimes(path, 0, 0);
    const lines = expect.stringMatching(
      /check=orphan_blob {2}found=1\ncheck=orphan_blob {2}subject=batches\/batch_01JA/,
    ) as string;
    await expect(runCommand(service, 'doctor')).rejects.toMatchObject({ code: 1, stdout: lines });
    expect(await readFile(path, 'utf8')).toBe('left');
    await rm(path);
  });

  inFullTier('stops in order on SIGTERM with a batch in flight, which goes on after a restart', async () => {
    const { body: created } = await service.client().create({ requests: chatItems(['a', 'b'], 'sandbox/echo') });
    expect(await service.stop()).toBe(0);
    await service.start();
    const batch = await service.client().waitFor(created.id, ['completed']);
    expect(batch.request_counts).toEqual({ total: 2, completed: 2, failed: 0 });
  });
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

  inFullTier('refuses a data folder that another process uses, with a sentence', async () => {
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
