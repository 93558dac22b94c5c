import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../support/execution/execution-bench';
import { freePort } from '../support/free-port';
import { samplesOf } from '../support/metric-samples';
import { PostgresServer } from '../support/postgres/postgres-server';
import { chatItems } from '../support/service/api-client';
import { TestService } from '../support/service/test-service';

const WORKER = resolve(__dirname, '../../dist/worker.js');
const ITEMS = 3;

const scrape = async (port: number) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
const ended = 'meshbatch_batches_ended_total{provider="sandbox",status="completed"}';
const created = 'meshbatch_batches_created_total{provider="sandbox"}';
const read = 'meshbatch_upstream_calls_total{provider="sandbox",call="results",outcome="ok"}';

/** A batch from its create to its end. */
async function run(service: TestService): Promise<void> {
  const api = service.client();
  const batch = await api.create({ requests: chatItems(Array<string>(ITEMS).fill('hello'), 'sandbox/echo') });
  await api.waitFor(batch.body.id, ['completed']);
}

/** What a scrape tells once the batch's last job is counted. */
function toldBy(port: number): Promise<Map<string, number>> {
  return eventually('the batch’s end is counted', async () => {
    const samples = samplesOf(await scrape(port));
    return samples.get('meshbatch_jobs_total{queue="part.collect",outcome="done"}') ? samples : null;
  });
}

describe('METRICS_PORT', () => {
  it('tells of everything in one process on the embedded database, and of nothing on the public port', async () => {
    const port = await freePort();
    const service = await TestService.start({ database: 'embedded', env: { METRICS_PORT: String(port) } });
    try {
      await run(service);
      const told = await toldBy(port);
      expect([told.get(created), told.get(ended), told.get(read)]).toEqual([1, 1, 1]);
      expect(told.get('meshbatch_ingest_items_total')).toBe(ITEMS);
      expect(told.get('meshbatch_provider_paused{provider="sandbox",reason="credentials"}')).toBe(0);
      expect(told.get('process_start_time_seconds')).toBeGreaterThan(0);
      const create = 'route="/v1/batches",method="POST",status="200"';
      expect(told.get(`meshbatch_http_request_duration_seconds_count{${create}}`)).toBe(1);
      expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
      expect(await service.stop()).toBe(0);
    } finally {
      await service.dispose();
    }
  });

  it('tells of each process its own on a server, and goes on when the database is gone', async () => {
    const server = PostgresServer.at(process.env.MESHBATCH_TEST_POSTGRES ?? '');
    const [databaseUrl, dataDir] = [await server.createDatabase(), await mkdtemp(join(tmpdir(), 'meshbatch-worker-'))];
    const [apiPort, workerPort] = [await freePort(), await freePort()];
    const env = { PATH: process.env.PATH ?? '', DATABASE_URL: databaseUrl, DATA_DIR: dataDir, POLL_INTERVAL_MS: '100' };
    const worker = spawn(process.execPath, [WORKER], {
      env: { ...env, METRICS_PORT: String(workerPort) },
      cwd: dataDir,
      stdio: 'ignore',
    });
    let api: TestService | null = null;
    try {
      // It brings the new database up to date, and tells of it from then on.
      await eventually('the worker is up', () => scrape(workerPort).catch(() => null));
      const ofApi = { ROLE: 'api', DATA_DIR: dataDir, METRICS_PORT: String(apiPort) };
      api = await TestService.start({ database: 'server', databaseUrl, env: ofApi });
      await run(api);
      const [atApi, atWorker] = [samplesOf(await scrape(apiPort)), await toldBy(workerPort)];
      expect([atApi.get(created), atApi.get(ended), atApi.get(read)]).toEqual([1, undefined, undefined]);
      expect([atWorker.get(created), atWorker.get(ended), atWorker.get(read)]).toEqual([undefined, 1, 1]);
      await server.dropDatabase(databaseUrl);
      await scrape(workerPort);
      const without = samplesOf(await scrape(workerPort));
      expect(without.get('meshbatch_scrape_errors_total{source="rows"}')).toBeGreaterThan(0);
      expect(without.get(ended)).toBe(1);
    } finally {
      worker.kill('SIGKILL');
      await api?.dispose();
      await rm(dataDir, { recursive: true, force: true });
      await server.dropDatabase(databaseUrl);
    }
  });
});
