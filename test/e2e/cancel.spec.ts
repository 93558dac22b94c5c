import { chatItems, type BatchBody } from '../support/service/api-client';
import { OpenAiService } from '../support/service/openai-service';
import { DATABASE_KINDS } from '../support/service/test-service';
import type { Route } from '../support/upstreams/kit/types';
import { sampled } from '../support/tier';

type Phase = 'received' | 'done';

const PROMPTS = ['a', 'b', 'c', 'd'];

/** Cancel arrives while the simulator holds that request; `then` is where the job is: not there yet, running, or over. */
const POINTS: { route: Route; phase: Phase; then: 'none' | 'runs' | 'over' }[] = [
  { route: 'upload', phase: 'received', then: 'none' },
  { route: 'upload', phase: 'done', then: 'none' },
  { route: 'create', phase: 'received', then: 'runs' },
  { route: 'create', phase: 'done', then: 'runs' },
  { route: 'get', phase: 'received', then: 'runs' },
  { route: 'content', phase: 'received', then: 'over' },
];

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))('cancel at every step, %s database', (database) => {
  let openai: OpenAiService;

  beforeAll(async () => {
    openai = await OpenAiService.start({ database }, { runningMs: 300 });
  });

  afterAll(() => openai.dispose());

  it.each(POINTS)('$route $phase', async ({ route, phase, then }) => {
    const { simulator, service } = openai;
    const api = service.client();
    const createsBefore = simulator.creates.length;
    const cancelsBefore = simulator.requestCounts().cancel ?? 0;
    if (then === 'runs') simulator.hold('in_progress', 0);
    const created = api.create({ requests: chatItems(PROMPTS) });
    const cancelled = new Promise<BatchBody>((done) => {
      const remove = simulator.onRequest(async (seenRoute, seenPhase) => {
        if (seenRoute !== route || seenPhase !== phase) return;
        remove();
        done(await api.cancel((await created).body.id));
      });
    });
    const { id } = (await created).body;
    expect((await cancelled).status).toBe('cancelling');
    if (then === 'runs') {
      await simulator.waitFor('cancel', cancelsBefore + 1);
      simulator.release();
    }

    const batch = await api.waitFor(id, ['cancelled', 'completed']);
    expect(batch.results?.map((entry) => entry.custom_id)).toEqual(PROMPTS.map((_, index) => `item-${index}`));
    const notRun = (batch.results ?? []).filter((entry) => entry.error?.code === 'batch_cancelled').length;
    expect(batch.status).toBe(notRun > 0 ? 'cancelled' : 'completed');
    expect(batch.request_counts).toEqual({ total: 4, completed: 4 - notRun, failed: notRun });
    expect(simulator.creates.length - createsBefore).toBe(then === 'none' ? 0 : 1);
    if (then !== 'none') expect(simulator.batches.at(-1)?.status).toBe(then === 'runs' ? 'cancelled' : 'completed');
    expect(notRun).toBe(then === 'over' ? 0 : 4);
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
