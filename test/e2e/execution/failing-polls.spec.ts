import { eventually, ExecutionBench, outcomes } from '../../support/execution/execution-bench';
import { HOUR, MINUTE } from '../../support/execution/movable-clock';
import { inFullTier } from '../../support/full-tier-case';

const PROMPTS = ['a', 'b', 'c'];

describe('a poll that fails', () => {
  let bench: ExecutionBench;

  beforeEach(async () => {
    bench = await ExecutionBench.open();
  });
  afterEach(() => bench.dispose());

  const paused = async (url: string) => JSON.stringify(await (await fetch(`${url}/health/ready`)).json());

  it.each([
    ['with a 503', 503, 0],
    ['with a 404 long after the create', 404, 2 * HOUR],
    ['with a 401', 401, 0],
  ] as const)('%s is made once, waits, and is forgotten by the next', async (_, status, age) => {
    const id = await bench.leaveRunning(PROMPTS, 2);
    bench.clock.forward(age);
    bench.simulator.faults.add({ route: 'get', kind: { status, retryAfter: 60 } });
    const before = bench.calls('get');
    const app = await bench.start();
    const waiting = await bench.partWhen(id, 'has failed', (part) => part.failures === 1 && part.leaseHolder === null);
    expect(bench.calls('get')).toBe(before + 1);
    expect(waiting).toMatchObject({ state: 'running' });
    expect(waiting.dueAt.getTime() - bench.clock.now()).toBeGreaterThan(MINUTE / 2);
    expect((await paused(app.url)).includes('"provider":"openai"')).toBe(status === 401);

    bench.clock.forward(2 * MINUTE);
    await bench.partWhen(id, 'is polled again', (part) => part.failures === 0);
    bench.simulator.release();
    expect(outcomes(await app.api.waitFor(id, ['completed']))).toEqual([200, 200, 200]);
  });

  inFullTier('with a 404 soon after the create is none', async () => {
    const id = await bench.leaveRunning(PROMPTS, 2);
    bench.simulator.faults.add({ route: 'get', kind: { status: 404, retryAfter: 60 }, times: 3 });
    const before = bench.calls('get');
    const app = await bench.start();
    await eventually('it is polled again', async () => (bench.calls('get') >= before + 4 ? true : null));
    const part = await bench.partWhen(id, 'shows its counts', ({ remoteCounts }) => remoteCounts?.succeeded === 2);
    expect(part).toMatchObject({ failures: 0, state: 'running' });
    expect(await app.api.get(id)).toMatchObject({ request_counts: { total: 3, completed: 2, failed: 0 } });
    bench.simulator.release();
    expect(outcomes(await app.api.waitFor(id, ['completed']))).toEqual([200, 200, 200]);
  });
});
