import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ManualClock } from '../../test/support/manual-clock';
import { BusyError } from '../common/busy-error';
import { Metrics } from '../metrics/metrics';
import { OpenStreams } from './open-streams';

describe('OpenStreams', () => {
  let server: Server;
  let metrics: Metrics;
  let end: () => void;
  let read: string[];
  let maxConcurrentStreams = 2;

  beforeEach(async () => {
    metrics = new Metrics({}, new ManualClock());
    const streams = new OpenStreams({ maxConcurrentStreams }, metrics);
    const ended = new Promise<void>((resolve) => (end = resolve));
    read = [];
    async function* endless(owner: string): AsyncGenerator<Buffer> {
      read.push(owner);
      yield Buffer.from('start');
      await ended;
    }
    server = createServer((request, response) => {
      const owner = request.url?.slice(1) ?? '';
      streams.send(owner, response, endless(owner), { merged: owner.startsWith('merged') }).catch((error: unknown) => {
        response.writeHead(error instanceof BusyError ? 503 : 500).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** Resolves with the head of the answer. */
  const get = (owner: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${owner}`);

  const open = async () => /^meshbatch_streams_open (\d+)$/m.exec(await metrics.registry.metrics())?.[1];

  it('refuses more than may be sent at once, and half of them to one owner, before anything is read', async () => {
    const first = await get('a');
    expect([first.status, (await get('a')).status, await open()]).toEqual([200, 503, '1']);
    const second = await get('b');
    expect([second.status, (await get('c')).status, await open()]).toEqual([200, 503, '2']);
    expect(read).toEqual(['a', 'b']);
    expect(await metrics.registry.metrics()).toContain('meshbatch_streams_refused_total 2');
    end();
    expect(await Promise.all([first.text(), second.text()])).toEqual(['start', 'start']);
    expect([await open(), (await get('c')).status]).toEqual(['0', 200]);
  });

  it('counts no one who has gone away', async () => {
    const leaves = await get('a');
    await leaves.body?.cancel();
    end();
    while ((await open()) !== '0') await new Promise(setImmediate);
    expect((await get('a')).status).toBe(200);
  });

  describe('of merged results', () => {
    beforeAll(() => void (maxConcurrentStreams = 100));
    afterAll(() => void (maxConcurrentStreams = 2));

    it('sends sixteen, eight of one owner, and others beside them', async () => {
      const statuses = async (owner: string, count: number) =>
        (await Promise.all(Array.from({ length: count }, () => get(owner)))).map(({ status }) => status).sort();
      expect(await statuses('merged-a', 10)).toEqual([...Array<number>(8).fill(200), 503, 503]);
      expect(await statuses('merged-b', 9)).toEqual([...Array<number>(8).fill(200), 503]);
      expect([...(await statuses('merged-c', 1)), ...(await statuses('c', 1))]).toEqual([503, 200]);
    });
  });
});
