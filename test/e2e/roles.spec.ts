import { PostgresServer } from '../support/postgres/postgres-server';
import { chatItems } from '../support/service/api-client';
import { TestService } from '../support/service/test-service';
import { OpenAiSimulator } from '../support/upstreams/openai/openai-simulator';

describe('an API process and a worker process on one server', () => {
  it('share the work: the one takes batches, the other runs them as soon as they are there', async () => {
    const server = PostgresServer.at(process.env.MESHBATCH_TEST_POSTGRES ?? '');
    const databaseUrl = await server.createDatabase();
    const simulator = await OpenAiSimulator.start();
    const upstream = { OPENAI_API_KEY: 'sk-simulated', OPENAI_BASE_URL: simulator.url };
    // Two that start at once on a new database: one migrates, the other waits for it.
    const [worker, other] = await Promise.all(
      [1, 2].map(() => TestService.start({ database: 'server', databaseUrl, env: upstream })),
    );
    const env = { ...upstream, ROLE: 'api', DATA_DIR: worker!.dataDir };
    const api = await TestService.start({ database: 'server', databaseUrl, env });
    try {
      await Promise.all([worker!.stop(), other!.stop()]);
      const created = await api.client().create({ requests: chatItems(['a', 'b']) });
      expect(created.status).toBe(200);
      expect(simulator.uploads).toHaveLength(0);

      await worker!.start({ ROLE: 'all' });
      const batch = await api.client().waitFor(created.body.id, ['completed']);
      expect(batch.request_counts).toEqual({ total: 2, completed: 2, failed: 0 });

      // The worker hears of a job that another process enqueued; it would look by itself only after a second.
      const heard = simulator.waitFor('upload', 2);
      const next = await api.client().create({ requests: chatItems(['c']) });
      await heard;
      expect((await api.client().waitFor(next.body.id, ['completed'])).request_counts.completed).toBe(1);
      expect(simulator.creates).toHaveLength(2);
    } finally {
      await api.dispose();
      await Promise.all([worker!.dispose(), other!.dispose()]);
      await simulator.stop();
      await server.dropDatabase(databaseUrl);
    }
  });
});
