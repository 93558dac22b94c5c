import { chatItems, type BatchBody } from '../support/service/api-client';
import { OpenAiService } from '../support/service/openai-service';
import { DATABASE_KINDS } from '../support/service/test-service';
import type { Route } from '../support/upstreams/kit/types';
import { sampled } from '../support/tier';

type Phase = 'received' | 'done';

const PROMPTS = ['a', 'b', 'c', 'd'];

/** Cancel arrives while the simulator holds that request; `ran` says whether the job may have run upstream. */
const POINTS: { route: Route; phase: Phase; created: boolean }[] = [
  { route: 'upload', phase: 'received', created: false },
  { route: 'upload', phase: 'done', created: false },
  { route: 'create', phase: 'received', created: true },
  { route: 'create', phase: 'done', created: true },
  { route: 'get', phase: 'received', created: true },
  { route: 'content', phase: 'received', created: true },
];

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))('cancel at every step, %s database', (database) => {
  let openai: OpenAiService;

  beforeAll(async () => {
    openai = await OpenAiService.start({ database }, { runningMs: 300 });
  });

  afterAll(() => openai.dispose());

  it.each(POINTS)('$route $phase', async ({ route, phase, created: reachesProvider }) => {
    const { simulator, service } = openai;
    const api = service.client();
    const createsBefore = simulator.creates.length;
    let id = '';
    const cancelled = new Promise<BatchBody>((done) => {
      const remove = simulator.onRequest(async (seenRoute, seenPhase) => {
        if (seenRoute !== route || seenPhase !== phase) return;
        remove();
        done(await api.cancel(id));
      });
    });
    const answer = await api.create({ requests: chatItems(PROMPTS) });
    id = answer.body.id;
    expect((await cancelled).status).toBe('cancelling');

    const batch = await api.waitFor(id, ['cancelled', 'completed']);
    expect(batch.results?.map((entry) => entry.custom_id)).toEqual(PROMPTS.map((_, index) => `item-${index}`));
    const notRun = (batch.results ?? []).filter((entry) => entry.error?.code === 'batch_cancelled').length;
    expect(batch.status).toBe(notRun > 0 ? 'cancelled' : 'completed');
    expect(batch.request_counts).toEqual({ total: 4, completed: 4 - notRun, failed: notRun });
    expect(simulator.creates.length - createsBefore).toBe(reachesProvider ? 1 : 0);
    if (reachesProvider) expect(simulator.batches.at(-1)?.status).not.toBe('in_progress');
    expect(notRun).toBe(reachesProvider ? notRun : 4);
  });

  it('keeps what ran when the provider cancels in the middle', async () => {
    const { simulator, service } = openai;
    const api = service.client();
    simulator.hold('in_progress', 2);
    const { body: created } = await api.create({ requests: chatItems(PROMPTS) });
    await simulator.waitForBatch((batch) => batch.status === 'in_progress' && batch.request_counts.completed === 2);
    const cancelsBefore = simulator.requestCounts().cancel ?? 0;
    expect((await api.cancel(created.id)).status).toBe('cancelling');
    await simulator.waitFor('cancel', cancelsBefore + 1);
    simulator.release();
    const batch = await api.waitFor(created.id, ['cancelled']);
    expect(batch.results?.filter((entry) => entry.response?.status_code === 200)).toHaveLength(2);
    expect(batch.results?.filter((entry) => entry.error?.code === 'batch_cancelled')).toHaveLength(2);
  });

  it('ends completed when the provider finishes everything after the cancel', async () => {
    const racing = await OpenAiService.start({ database }, { cancelEnds: 'completed', runningMs: 500 });
    try {
      const api = racing.service.client();
      const { body: created } = await api.create({ requests: chatItems(PROMPTS) });
      await racing.simulator.waitFor('create');
      await api.cancel(created.id);
      const batch = await api.waitFor(created.id, ['completed']);
      expect(batch.request_counts).toEqual({ total: 4, completed: 4, failed: 0 });
    } finally {
      await racing.dispose();
    }
  });
});
