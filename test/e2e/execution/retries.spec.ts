import { ExecutionBench, eventually, outcomes, type BenchApp } from '../../support/execution/execution-bench';
import { MINUTE } from '../../support/execution/movable-clock';
import { inFullTier } from '../../support/full-tier-case';

const EMPTY_LIST = { object: 'list', data: [], first_id: null, last_id: null, has_more: false };
const PROMPTS = ['a', 'b', 'c'];

describe('patience with a provider', () => {
  let bench: ExecutionBench;
  let app: BenchApp;

  beforeEach(async () => {
    bench = await ExecutionBench.open();
  });
  afterEach(() => bench.dispose());

  it('keeps the results of a job that shows only at the last look-up, cancelled while that was awaited', async () => {
    app = await bench.start({ POLL_INTERVAL_MS: String(MINUTE) });
    bench.simulator.faults.add({ route: 'create', kind: 'reset_after' });
    bench.simulator.faults.add({ route: 'list', kind: { status: 200, body: EMPTY_LIST }, times: 1000 });
    const id = await bench.create(app, PROMPTS);
    // The first look-up comes with the backoff, each other after a quiet period of three polls.
    for (const lookups of [1, 2]) {
      bench.clock.forward(3 * MINUTE);
      await bench.partWhen(id, `was looked for ${lookups} times`, (part) => part.lookups === lookups);
    }
    bench.clock.forward(3 * MINUTE);
    const withdrawn = await bench.partWhen(id, 'was withdrawn', (part) => part.withdrawnAt !== null);
    const looks = bench.calls('list');

    expect((await app.api.cancel(id)).status).toBe('cancelling');
    await eventually('the job of the cancel has run', async () => {
      const [row] = await bench.rows.query<{ open: number }[]>(
        `SELECT count(*)::int AS open FROM meshbatch_jobs.job WHERE name = 'part.stop' AND state <> 'completed'`,
      );
      return row?.open === 0 ? true : null;
    });
    expect(await bench.part(id)).toMatchObject({
      state: 'submitting',
      stopReason: 'cancelled',
      dueAt: withdrawn.dueAt,
    });
    expect(bench.calls('list')).toBe(looks);

    bench.simulator.faults.clear();
    bench.clock.forward(3 * MINUTE);
    await bench.partWhen(id, 'was found', (part) => part.remoteId !== null);
    bench.clock.forward(2 * MINUTE);
    expect(outcomes(await app.api.waitFor(id, ['completed']))).toEqual([200, 200, 200]);
    expect(bench.simulator.creates).toHaveLength(1);
  });

  inFullTier('ends a cancelled batch promptly, however long it was asked to wait', async () => {
    app = await bench.start();
    bench.simulator.faults.add({ route: 'create', kind: { status: 429, retryAfter: 7200 }, times: 1000 });
    const id = await bench.create(app, PROMPTS);
    const waiting = await bench.partWhen(id, 'waits', (part) => part.failures === 1);
    // Asked for two hours, it takes ten minutes at most for granted.
    expect(waiting.dueAt.getTime() - bench.clock.now()).toBeGreaterThan(9 * MINUTE);
    expect(waiting.dueAt.getTime() - bench.clock.now()).toBeLessThanOrEqual(10 * MINUTE);
    await app.api.cancel(id);
    expect(outcomes(await app.api.waitFor(id, ['cancelled']))).toEqual(Array(3).fill('batch_cancelled'));
    expect(bench.calls('create')).toBe(1);
    expect(bench.calls('deleteFile')).toBe(1);
  });

  it.each(['upload', 'create', 'content'] as const)(
    'does not spin on a %s that may be retried at once',
    async (route) => {
      app = await bench.start();
      bench.simulator.faults.add({ route, kind: { status: 429, retryAfter: 0 }, times: 1000 });
      const id = await bench.create(app, PROMPTS);
      const part = await bench.partWhen(id, 'failed twice', ({ failures }) => failures >= 2);
      expect(bench.calls(route)).toBeLessThanOrEqual(part.failures + 1);
      const [first = 0, second = 0] = bench.simulator.requests
        .filter((each) => each.route === route)
        .map(({ at }) => at);
      expect(second - first).toBeGreaterThanOrEqual(240);
      bench.simulator.faults.clear();
      bench.clock.forward(MINUTE);
      expect(outcomes(await app.api.waitFor(id, ['completed']))).toEqual([200, 200, 200]);
      expect(bench.simulator.creates).toHaveLength(1);
    },
  );

  inFullTier.each([
    ['upload', 'upload'],
    ['create', 'list'],
  ] as const)('waits longer after each %s that fails', async (route, counted) => {
    app = await bench.start();
    bench.simulator.faults.add({ route, kind: { status: 503 }, times: 1000 });
    if (counted !== route) bench.simulator.faults.add({ route: counted, kind: { status: 503 }, times: 1000 });
    const id = await bench.create(app, PROMPTS);
    const part = await bench.partWhen(id, 'failed three times', ({ failures }) => failures >= 3);
    // 0.25–0.5 s, doubled each time: the third wait is 1 to 2 s, less what passed until it was looked at.
    expect(part.dueAt.getTime() - bench.clock.now()).toBeGreaterThan(300);
    const times = bench.simulator.requests.filter((request) => request.route === counted).map(({ at }) => at);
    expect(times.length).toBeLessThanOrEqual(4);
    const [first = 0, second = 0, third = 0] = times;
    expect(second - first).toBeGreaterThanOrEqual(240);
    if (counted === 'upload') expect(third - second).toBeGreaterThanOrEqual(490);
    expect(bench.simulator.creates).toHaveLength(0);
  });

  it('pauses a provider that refuses our credentials, shows it in health, and goes on afterwards', async () => {
    app = await bench.start();
    const refusal = { error: { message: 'Incorrect API key provided: sk-simulated-secret.', code: 'invalid_api_key' } };
    bench.simulator.faults.add({ route: 'create', kind: { status: 401, body: refusal } });
    const id = await bench.create(app, PROMPTS);
    await bench.partWhen(id, 'waits', (part) => part.failures >= 1);
    const second = await bench.create(app, PROMPTS);
    await bench.partWhen(second, 'waits for the provider', (part) => part.dueAt.getTime() > bench.clock.now() + 10_000);

    const ready = await app.api.send<{ info: { providers: { paused: { provider: string }[] } } }>(
      'GET',
      '/health/ready',
    );
    expect(ready.status).toBe(200);
    expect(ready.body.info.providers.paused).toMatchObject([{ provider: 'openai' }]);
    expect(JSON.stringify(ready.body)).not.toMatch(/Incorrect|sk-/);
    expect(bench.calls('create')).toBe(1);
    expect(bench.calls('upload')).toBe(1);
    expect((await app.api.get(id)).status).not.toBe('failed');

    bench.clock.forward(MINUTE + 1000);
    for (const each of [id, second]) {
      expect(outcomes(await app.api.waitFor(each, ['completed']))).toEqual([200, 200, 200]);
    }
    const after = await app.api.send<typeof ready.body>('GET', '/health/ready');
    expect(after.body.info.providers.paused).toEqual([]);
    expect(bench.simulator.creates).toHaveLength(2);
  });

  it.each([500, 404])('follows a cancelled job to its end though its cancel is answered with %i', async (status) => {
    bench.simulator.hold('in_progress', 2);
    app = await bench.start();
    const id = await bench.create(app, PROMPTS);
    await bench.partWhen(id, 'runs', (part) => part.state === 'running');
    bench.simulator.faults.add({ route: 'cancel', kind: { status }, times: 1000 });
    await app.api.cancel(id);
    await bench.simulator.waitFor('cancel');
    bench.simulator.release();
    await bench.simulator.waitForBatch((batch) => batch.status === 'completed');
    // Minutes pass, more than any wait between two tries.
    const batch = await eventually(
      'the batch ends',
      async () => {
        bench.clock.forward(5_000);
        const now = await app.api.get(id);
        return now.status === 'cancelling' ? null : now;
      },
      8_000,
    );
    expect(batch.status).toBe('completed');
    expect(outcomes(batch)).toEqual([200, 200, 200]);
  });

  inFullTier('ends a cancelled batch whose job the provider then refuses as a whole', async () => {
    bench.simulator.hold('validating');
    bench.simulator.refuseNextBatch('token_limit_exceeded', 'Enqueued token limit reached.');
    app = await bench.start();
    const id = await bench.create(app, PROMPTS);
    await bench.partWhen(id, 'runs', (part) => part.state === 'running');
    bench.simulator.faults.add({ route: 'cancel', kind: { status: 409 }, times: 1000 });
    await app.api.cancel(id);
    bench.simulator.release();
    const batch = await app.api.waitFor(id);
    expect(batch.request_counts).toEqual({ total: 3, completed: 0, failed: 3 });
    expect(bench.calls('create')).toBe(1);
  });

  inFullTier('ends a batch that is cancelled while its provider is paused', async () => {
    app = await bench.start();
    bench.simulator.faults.add({ route: 'upload', kind: { status: 403 }, times: 1000 });
    const id = await bench.create(app, PROMPTS);
    await bench.partWhen(id, 'waits', (part) => part.failures >= 1);
    await app.api.cancel(id);
    expect(outcomes(await app.api.waitFor(id, ['cancelled']))).toEqual(Array(3).fill('batch_cancelled'));
  });
});
