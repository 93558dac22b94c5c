import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { freePort } from '../support/free-port';
import { PostgresServer } from '../support/postgres/postgres-server';
import { chatItems } from '../support/service/api-client';
import { TestService } from '../support/service/test-service';
import { OpenAiSimulator } from '../support/upstreams/openai/openai-simulator';

const WORKER = resolve(__dirname, '../../dist/worker.js');

describe('an API process and a worker process on one server', () => {
  it('share the work: the one takes batches, the other runs them', async () => {
    const server = PostgresServer.at(process.env.MESHBATCH_TEST_POSTGRES ?? '');
    const databaseUrl = await server.createDatabase();
    const simulator = await OpenAiSimulator.start();
    const upstream = { OPENAI_API_KEY: 'sk-simulated', OPENAI_BASE_URL: simulator.url };
    // Two that start at once on a new database: one migrates, the other waits for it.
    const [worker, other] = await Promise.all(
      [1, 2].map(() => TestService.start({ database: 'server', databaseUrl, env: upstream })),
    );
    const metricsPort = await freePort();
    const env = { ...upstream, ROLE: 'api', DATA_DIR: worker!.dataDir, METRICS_PORT: `${metricsPort}` };
    const api = await TestService.start({ database: 'server', databaseUrl, env });
    let child: ChildProcess | null = null;
    try {
      await Promise.all([worker!.stop(), other!.stop()]);
      const created = await api.client().create({ requests: chatItems(['a', 'b']) });
      expect(created.status).toBe(200);
      expect(simulator.uploads).toHaveLength(0);

      child = spawn(process.execPath, [WORKER], {
        env: worker!.settings(),
        cwd: worker!.dataDir,
        stdio: 'ignore',
      });
      const exited = once(child, 'exit');
      const batch = await api.client().waitFor(created.body.id, ['completed']);
      expect(batch.request_counts).toEqual({ total: 2, completed: 2, failed: 0 });

      const next = await api.client().create({ requests: chatItems(['c']) });
      expect((await api.client().waitFor(next.body.id, ['completed'])).request_counts.completed).toBe(1);
      expect(simulator.creates).toHaveLength(2);
      const toldByApi = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      expect(toldByApi).toContain('meshbatch_batches_created_total{');
      expect(toldByApi).not.toMatch(/^meshbatch_(batches_ended|upstream_calls|jobs)_total\{/m);
      child.kill('SIGTERM');
      expect(await exited).toEqual([0, null]);
    } finally {
      child?.kill('SIGKILL');
      await api.dispose();
      await Promise.all([worker!.dispose(), other!.dispose()]);
      await simulator.stop();
      await server.dropDatabase(databaseUrl);
    }
  });
});
