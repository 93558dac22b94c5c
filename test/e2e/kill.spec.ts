import { setTimeout as sleep } from 'node:timers/promises';
import { chatItems } from '../support/service/api-client';
import { OpenAiService } from '../support/service/openai-service';
import { DATABASE_KINDS, type DatabaseKind } from '../support/service/test-service';
import { sampled } from '../support/tier';
import type { Route } from '../support/upstreams/kit/types';

interface KillPoint {
  readonly route: Route;
  readonly phase: 'received' | 'done';
  /** Which of the route's requests. */
  readonly nth: number;
}

const POINTS: KillPoint[] = [
  { route: 'upload', phase: 'received', nth: 1 },
  { route: 'upload', phase: 'done', nth: 1 },
  { route: 'create', phase: 'received', nth: 1 },
  { route: 'create', phase: 'done', nth: 1 },
  { route: 'get', phase: 'received', nth: 1 },
  { route: 'get', phase: 'done', nth: 3 },
  { route: 'content', phase: 'received', nth: 1 },
  { route: 'content', phase: 'done', nth: 2 },
  { route: 'deleteFile', phase: 'received', nth: 1 },
];
const PROMPTS = ['a', 'b', '#status:400', 'd', '#bignum'];

/** On a server the lease of the killed process must lapse first, which takes 15 s. */
const isSample = (database: DatabaseKind) => (point: KillPoint) =>
  database === 'server'
    ? point.route === 'create' && point.phase === 'done'
    : point.route === 'create' || (point.route === 'content' && point.phase === 'received');

describe.each(DATABASE_KINDS)('kill -9 and a restart, %s database', (database) => {
  it.each(sampled(POINTS, isSample(database)))('$route $phase', async (point) => {
    const openai = await OpenAiService.start({ database });
    try {
      const killed = killAt(openai, point);
      const created = await openai.service.client().create({ requests: chatItems(PROMPTS) });
      await killed;
      await openai.service.start();

      const batch = await openai.service.client().waitFor(created.body.id, ['completed']);
      expect(batch.results?.map((entry) => entry.custom_id)).toEqual(PROMPTS.map((_, index) => `item-${index}`));
      expect(batch.results?.map((entry) => entry.response?.status_code)).toEqual([200, 200, 400, 200, 200]);
      expect(openai.simulator.creates).toHaveLength(1);
    } finally {
      await openai.dispose();
    }
  });
});

describe('kill -9 at any moment, embedded database', () => {
  it.each(sampled([0, 10, 30, 60, 120, 200, 300, 450, 700], (ms) => ms === 200))(
    '%s ms after the create was sent',
    async (ms) => {
      const openai = await OpenAiService.start({ database: 'embedded' });
      try {
        const sent = openai.service.client().create({ requests: chatItems(PROMPTS) });
        const answer = sent.catch(() => null);
        await sleep(ms);
        await openai.service.kill();
        await openai.service.start();

        const api = openai.service.client();
        const { body: list } = await api.send<{ data: { id: string }[] }>('GET', '/v1/batches');
        // A create that was answered is stored; one that was cut is stored whole or not at all.
        const created = await answer;
        if (created) expect(list.data.map(({ id }) => id)).toEqual([created.body.id]);
        for (const { id } of list.data) {
          const batch = await api.waitFor(id, ['completed']);
          expect(batch.request_counts).toEqual({ total: 5, completed: 4, failed: 1 });
        }
        expect(openai.simulator.creates).toHaveLength(list.data.length);
      } finally {
        await openai.dispose();
      }
    },
  );
});

/** Resolves once the service was killed while the simulator holds that request. */
function killAt({ simulator, service }: OpenAiService, { route, phase, nth }: KillPoint): Promise<void> {
  return new Promise((done) => {
    let count = 0;
    const remove = simulator.onRequest(async (seenRoute, seenPhase) => {
      if (seenRoute !== route || seenPhase !== phase || ++count !== nth) return;
      remove();
      await service.kill();
      done();
    });
  });
}
