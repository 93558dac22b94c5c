import { Cluster } from '../support/cluster/cluster';
import { modelOf } from '../support/cluster/vendors';
import { PostgresServer } from '../support/postgres/postgres-server';
import { chatItems } from '../support/service/api-client';
import { EventReader } from '../support/service/event-reader';

describe('events over two API processes and a worker', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    const server = PostgresServer.at(process.env.MESHBATCH_TEST_POSTGRES ?? '');
    cluster = await Cluster.start(server, { apis: 2, workers: 1, vendors: ['openai'] });
  });
  afterAll(() => cluster.dispose());

  const upstream = () => cluster.upstream('openai');
  const open = (api: number, id: string, lastId?: string | null) =>
    EventReader.ofBatch(cluster.apis[api]?.url ?? '', cluster.owners[0]?.key ?? '', id, {
      ...(lastId && { lastId }),
    });

  async function create(): Promise<string> {
    const requests = chatItems(['a', 'b', 'c'], modelOf('openai'));
    const { status, body } = await cluster.client().create({ requests });
    expect(status).toBe(200);
    return body.id;
  }

  it('both tell what the worker did, in the same words', async () => {
    upstream().hold('in_progress', 1);
    const id = await create();
    const readers = await Promise.all([open(0, id), open(1, id)]);
    const counted = ({ data }: EventReader['events'][number]) => data.request_counts.completed === 1;
    await Promise.all(readers.map((reader) => reader.until('a count', counted)));
    upstream().release();
    const ends = await Promise.all(readers.map((reader) => reader.toTheEnd()));
    expect(ends[0]).toEqual(ends[1]);
    expect(ends[0]).toMatchObject({ id: '5', data: { status: 'completed', request_counts: { completed: 3 } } });
    expect(readers[0]?.told).toEqual(readers[1]?.told);
  });

  it('a client whose process is killed gets from the other what it missed, all of it and nothing twice', async () => {
    upstream().hold('in_progress', 1);
    const id = await create();
    const witness = await open(1, id);
    const reader = await open(0, id);
    await reader.status('in_progress');
    await cluster.apis[0]?.kill();
    await reader.over;
    expect(reader.endedWell).toBe(false);
    upstream().release();
    await witness.toTheEnd();

    const resumed = await open(1, id, reader.lastId);
    await resumed.toTheEnd();
    expect([...reader.told, ...resumed.told]).toEqual(witness.told);
    expect((await open(1, id, resumed.lastId)).response.status).toBe(204);
    await cluster.apis[0]?.start();
    expect((await open(0, id, resumed.lastId)).response.status).toBe(204);
  });

  it('a client that comes back while the batch runs is told the rest as it happens', async () => {
    upstream().hold('in_progress', 1);
    const id = await create();
    const first = await open(0, id);
    await first.status('in_progress');
    await first.close();
    const second = await open(1, id, first.lastId);
    expect((await second.until('where it stands', () => true)).id).toBeNull();
    await cluster.client(0, 0).cancel(id);
    await second.status('cancelling');
    upstream().release();
    await second.toTheEnd();
    expect([...first.told, ...second.told].map((told) => told.slice(0, 1))).toEqual(['1', '2', '4', '5']);
  });
});
