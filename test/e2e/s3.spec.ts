import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PostgresServer } from '../support/postgres/postgres-server';
import { chatItems } from '../support/service/api-client';
import { TEST_KEY, TestService } from '../support/service/test-service';
import { CREDENTIALS, S3Server } from '../support/s3/s3-server';

const TELL_MODULES = resolve(__dirname, '../support/service/tell-modules.cjs');

describe('the service with its blobs in a bucket', () => {
  let bucket: S3Server;
  let databaseUrl: string;
  const server = () => PostgresServer.at(process.env.MESHBATCH_TEST_POSTGRES ?? '');

  beforeAll(async () => {
    bucket = await S3Server.start();
    databaseUrl = await server().createDatabase();
  });

  afterAll(async () => {
    await bucket.stop();
    await server().dropDatabase(databaseUrl);
  });

  const start = (env: Record<string, string>) =>
    TestService.start({ database: 'server', databaseUrl, env: { ...bucket.settings, S3_PREFIX: 'prod', ...env } });

  it('runs a batch between processes that share no folder, from create to results and files', async () => {
    const worker = await start({});
    const api = await start({ ROLE: 'api' });
    try {
      const client = api.client();
      const prompts = ['one', '[fail]', 'three'];
      const { body: created } = await client.create({ requests: chatItems(prompts, 'sandbox/flaky') });
      const batch = await client.waitFor(created.id, ['completed']);
      expect(batch.results?.map(({ custom_id, response }) => [custom_id, response?.status_code === 200])).toEqual([
        ['item-0', true],
        ['item-1', false],
        ['item-2', true],
      ]);

      const input = await client.content(batch.input_file_id);
      expect(input.trim().split('\n')).toHaveLength(3);
      const output = await client.content(batch.output_file_id ?? '');
      expect(output.trim().split('\n')).toHaveLength(2);
      const ranged = await fetch(`${api.url}/v1/files/${batch.output_file_id}/content`, {
        headers: { authorization: `Bearer ${TEST_KEY}`, range: 'bytes=10-29' },
      });
      expect([ranged.status, await ranged.text()]).toEqual([206, output.slice(10, 30)]);

      for (const { dataDir } of [api, worker]) expect(await readdir(dataDir)).not.toContain('blobs');
      expect(bucket.requests.some((request) => request.startsWith('PUT /blobs/prod/batches/'))).toBe(true);
      expect(bucket.openUploads).toEqual([]);

      expect(await bucket.holds(`prod/batches/${batch.id}/`)).toBe(true);
      expect((await client.send('DELETE', `/v1/batches/${batch.id}`)).status).toBe(200);
      expect(await bucket.holds('prod/batches/')).toBe(false);
      expect(await api.stop()).toBe(0);
    } finally {
      await Promise.all([api.dispose(), worker.dispose()]);
    }
  });

  it('does not start without its bucket, and says why in a sentence', async () => {
    const service = await start({});
    try {
      expect(await service.stop()).toBe(0);
      const said = service.log.length;
      await expect(service.start({ S3_BUCKET: 'no-such' })).rejects.toThrow('ended with 1 before it listened');
      const lines = withoutNodeWarning(service.log.slice(said));
      expect(lines).toEqual([
        expect.stringMatching(/^The S3 bucket no-such at http:\S+ cannot be used: it answered 404, /),
      ]);
      expect(service.log).not.toContain(CREDENTIALS.secretAccessKey);
    } finally {
      await service.dispose();
    }
  });
});

describe('the service without a bucket', () => {
  it('does not load the SDK', async () => {
    const env = { NODE_OPTIONS: `--require=${TELL_MODULES}`, TELL_MODULES: '@aws-sdk' };
    const service = await TestService.start({ database: 'server', env });
    try {
      expect(await service.stop()).toBe(0);
      expect(service.log).toContain('Modules of @aws-sdk: 0\n');
    } finally {
      await service.dispose();
    }
  });
});

/** The SDK tells of the Node versions that its later releases want. */
function withoutNodeWarning(log: string): string[] {
  return log
    .replace(/^\(node:\d+\) Warning: NodeVersionSupportWarning[^]*?was created\)\n/, '')
    .trim()
    .split('\n');
}
