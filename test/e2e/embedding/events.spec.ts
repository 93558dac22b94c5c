import { embedOn, hostGround, startHost, urlOf, type HostGround } from '../../support/embedding/host';
import { HostClient } from '../../support/embedding/host-client';
import type { BatchBody } from '../../support/service/api-client';
import { EventReader } from '../../support/service/event-reader';
import { sampled } from '../../support/tier';

describe.each(sampled(['express', 'fastify'] as const, (platform) => platform === 'fastify'))(
  'events of batches, in a host on %s',
  (platform) => {
    let ground: HostGround;
    beforeAll(async () => (ground = await hostGround()));
    afterAll(() => ground?.close());

    const open = (url: string, id: string, lastId = '') =>
      EventReader.open(`${url}/api/llm/v1/batches/${id}/events`, { 'x-account': 'ada', 'last-event-id': lastId });

    it('are streamed behind its login, end when it closes, and go on in its next process', async () => {
      const first = await startHost({ platform, meshbatch: await embedOn(ground, { work: false }) });
      const created = await new HostClient(urlOf(first), 'ada').create(['one']);
      const { id } = (await created.json()) as BatchBody;
      const reader = await open(urlOf(first), id);
      await reader.status('validating');
      expect(reader.response.headers.get('content-type')).toBe('text/event-stream');
      expect((await new HostClient(urlOf(first), 'bob').send('GET', `/batches/${id}/events`)).status).toBe(404);
      await first.close();
      await reader.over;
      expect(reader.endedWell).toBe(true);

      const second = await startHost({ platform, meshbatch: await embedOn(ground) });
      try {
        const next = await open(urlOf(second), id, reader.lastId ?? '');
        const last = await next.toTheEnd();
        expect(last.data).toMatchObject({ id, status: 'completed', request_counts: { total: 1, completed: 1 } });
        expect((await open(urlOf(second), id, next.lastId ?? '')).response.status).toBe(204);
      } finally {
        await second.close();
      }
    });
  },
);
