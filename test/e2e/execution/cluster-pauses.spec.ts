import { PartEntity } from '../../../src/batches/part.entity';
import { eventually, ExecutionBench, Gate, outcomes, type BenchApp } from '../../support/execution/execution-bench';
import { MINUTE } from '../../support/execution/movable-clock';

const PROMPTS = ['a', 'b'];
const OTHERS = 6;

describe('two workers and a provider that says no', () => {
  let bench: ExecutionBench;
  let first: BenchApp;

  beforeEach(async () => {
    bench = await ExecutionBench.open({ stateMs: 5 });
    first = await bench.start({ UPSTREAM_TIMEOUT_MS: '20000' });
  });
  afterEach(() => bench.dispose());

  const pauses = async ({ api }: BenchApp) => {
    type Health = { info: { providers: { paused: Record<string, unknown>[] } } };
    return (await api.send<Health>('GET', '/health/ready')).body.info.providers.paused;
  };
  const parts = () => bench.rows.manager.find(PartEntity);
  const create = (app: BenchApp, batches: number) =>
    Promise.all(Array.from({ length: batches }, () => bench.create(app, PROMPTS)));
  /** Waits until all of those parts wait for a later time. */
  const putOff = (what: string, number: number) =>
    eventually(what, async () => {
      const waiting = (await parts()).filter((part) => part.dueAt.getTime() > bench.clock.now() && !part.leaseHolder);
      return waiting.length === number || null;
    });

  it.each([
    ['credentials', { status: 401 }],
    ['rate', { status: 429, retryAfter: 50 }],
  ] as const)('hear of its refusal (%s) at once, send one part afterwards, and then all', async (reason, kind) => {
    bench.simulator.faults.add({ route: 'create', kind });
    const [refused = ''] = await create(first, 1);
    await bench.partWhen(refused, 'was refused', (part) => part.failures === 1);
    const second = await bench.start({ UPSTREAM_TIMEOUT_MS: '20000' });
    const others = [...(await create(first, OTHERS / 2)), ...(await create(second, OTHERS / 2))];
    await putOff('all wait', 1 + OTHERS);
    expect([bench.calls('upload'), bench.calls('create')]).toEqual([1, 1]);
    for (const app of [first, second]) {
      expect(await pauses(app)).toEqual([{ provider: 'openai', calls: 'submits', reason, until: expect.any(Number) }]);
    }

    const gate = new Gate();
    bench.simulator.onRequest((route, phase) => (route === 'create' && phase === 'received' ? gate.wait() : undefined));
    bench.clock.forward(MINUTE);
    await bench.simulator.waitFor('create', 2);
    await putOff('the others wait for the probe', OTHERS);
    expect(bench.calls('create')).toBe(2);
    gate.open();
    for (const id of [refused, ...others]) {
      expect(outcomes(await second.api.waitFor(id, ['completed']))).toEqual([200, 200]);
    }
    expect(bench.simulator.creates).toHaveLength(1 + OTHERS);
    expect(await pauses(first)).toEqual([]);
  });

  it('poll nothing while it asks for patience with polls, and send all the same', async () => {
    bench.simulator.hold('in_progress', 0);
    const ids = await create(first, 2);
    for (const id of ids) await bench.partWhen(id, 'runs', (part) => part.state === 'running');
    const second = await bench.start();
    bench.simulator.faults.add({ route: 'get', kind: { status: 429, retryAfter: 30 }, times: 1000 });
    await eventually('polls are paused', async () => ((await pauses(second)).length > 0 ? true : null));
    expect(await pauses(second)).toMatchObject([{ calls: 'polls', reason: 'rate' }]);
    const seenAt = bench.clock.now();
    await eventually('both have looked at it', async () => bench.clock.now() > seenAt + 600 || null);
    const polls = bench.calls('get');
    const [sent = ''] = await create(second, 1);
    const running = await bench.partWhen(sent, 'runs', (part) => part.state === 'running');
    // Its first poll has been due for a round of both workers.
    await eventually('it is due', async () => bench.clock.now() > running.dueAt.getTime() + 600 || null);
    expect(await bench.part(sent)).toMatchObject({ dueAt: running.dueAt, failures: 0 });
    expect(bench.calls('get')).toBe(polls);
    bench.simulator.faults.clear();
    bench.simulator.release();
    bench.clock.forward(MINUTE);
    for (const id of [...ids, sent]) {
      expect(outcomes(await second.api.waitFor(id, ['completed']))).toEqual([200, 200]);
    }
  });
});
