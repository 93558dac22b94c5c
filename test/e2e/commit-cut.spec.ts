import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PostgresProxy, type CommitCut } from '../support/faults/postgres-proxy';
import { PostgresServer } from '../support/postgres/postgres-server';
import { chatItems, type BatchBody } from '../support/service/api-client';
import { TestService } from '../support/service/test-service';

const CUTS: CommitCut[] = ['before', 'after'];

describe('the connection is cut at the COMMIT of a create', () => {
  let server: PostgresServer;
  let databaseUrl: string;
  let proxy: PostgresProxy;
  let service: TestService;

  beforeAll(async () => {
    server = PostgresServer.at(process.env.MESHBATCH_TEST_POSTGRES ?? '');
    databaseUrl = await server.createDatabase();
    proxy = await PostgresProxy.start(databaseUrl);
    service = await TestService.start({ database: 'server', databaseUrl: proxy.url });
  });

  afterAll(async () => {
    await service.dispose();
    await proxy.stop();
    await server.dropDatabase(databaseUrl);
  });

  it.each(CUTS)('%s the server carried it out', async (cut) => {
    const api = service.client();
    const before = await list();
    proxy.cutNext(cut, 'INSERT INTO "meshbatch_batches"');
    const post = () =>
      api.create<BatchBody>({ requests: chatItems(['a', 'b'], 'sandbox/echo') }, { 'idempotency-key': cut });
    const answer = await post();
    expect(proxy.cuts).toBe(CUTS.indexOf(cut) + 1);

    const stored = (await list()).filter((id) => !before.includes(id));
    expect(answer.status).toBe(cut === 'after' ? 200 : 500);
    expect(stored).toEqual(cut === 'after' ? [answer.body.id] : []);
    // By its key it is the same create; one of which nobody knows keeps the key until its lease lapses.
    expect(await post()).toMatchObject(
      cut === 'after' ? { status: 200, body: answer.body } : { body: { error: { code: 'idempotency_in_progress' } } },
    );
    for (const id of stored) expect((await api.waitFor(id, ['completed'])).request_counts.completed).toBe(2);
  });

  it('never leaves a batch without its blob', async () => {
    const blobs = join(service.dataDir, 'blobs', 'batches');
    for (const id of await list()) expect(existsSync(join(blobs, id, 'input.jsonl'))).toBe(true);
    // The blob of the create that was not stored is left to the sweep.
    expect(await readdir(blobs)).toHaveLength((await list()).length + 1);
  });

  async function list(): Promise<string[]> {
    const answer = await service.client().send<{ data: BatchBody[] }>('GET', '/v1/batches?limit=100');
    return answer.body.data.map((batch) => batch.id);
  }
});
