import { IsNull, Not } from 'typeorm';
import { LeftoverEntity } from '../../../src/batches/leftover.entity';
import { PartEntity } from '../../../src/batches/part.entity';
import { eventually, ExecutionBench, outcomes, type BenchApp } from '../../support/execution/execution-bench';
import { HOUR } from '../../support/execution/movable-clock';
import { PostgresProxy } from '../../support/faults/postgres-proxy';
import { chatItems } from '../../support/service/api-client';
import { AnthropicSimulator } from '../../support/upstreams/anthropic/anthropic-simulator';

const NOT_WRITTEN = 'What a create was answered is not written yet';
const ENDED = ['completed', 'failed', 'cancelled', 'expired'];

describe('the answer to a create that the database does not take', () => {
  let bench: ExecutionBench;
  let anthropic: AnthropicSimulator;
  let proxy: PostgresProxy;
  let app: BenchApp;

  beforeAll(async () => {
    bench = await ExecutionBench.open();
    anthropic = await AnthropicSimulator.start({ stateMs: 1 });
    proxy = await PostgresProxy.start(bench.databaseUrl);
    app = await bench.start({
      ANTHROPIC_API_KEY: 'sk-ant-simulated',
      ANTHROPIC_BASE_URL: anthropic.url,
      DATABASE_URL: proxy.url,
    });
  });
  beforeEach(() => {
    bench.log.lines.length = 0;
    anthropic.faults.clear();
    // Whoever looks for the job is not shown it.
    anthropic.faults.add({ route: 'list', kind: { status: 200, body: { data: [], has_more: false } }, times: 1000 });
  });
  afterAll(async () => {
    await bench.dispose();
    await proxy.stop();
    await anthropic.stop();
  });

  /** Does something to the database while the provider answers the next create. Resolves to the batch's id once it was done. */
  async function createWith(atAnswer: () => void): Promise<string> {
    const struck = new Promise<void>((resolve) => {
      const remove = anthropic.onRequest((route, phase) => {
        if (route !== 'create' || phase !== 'done') return;
        remove();
        atAnswer();
        resolve();
      });
    });
    const { body } = await app.api.create({ requests: chatItems(['a', 'b'], 'claude-haiku-4-5') });
    await struck;
    return body.id;
  }

  async function createWhileAway(): Promise<string> {
    const id = await createWith(() => proxy.leave());
    await eventually('a write failed', async () => bench.log.count(NOT_WRITTEN) || null);
    return id;
  }

  async function expectCompleted(id: string, creates: number): Promise<void> {
    const batch = await app.api.waitFor(id, ENDED);
    expect([batch.status, outcomes(batch)]).toEqual(['completed', [200, 200]]);
    expect(anthropic.created).toHaveLength(creates);
    expect(bench.log.count('A part needs an operator: its create had no answer')).toBe(0);
  }

  it('is told at once, and written when the database is back', async () => {
    const id = await createWhileAway();
    const answered = bench.log.lines.find(({ message }) => message === 'A create was answered');
    expect(answered?.fields).toMatchObject({ batch_id: id, remote_id: anthropic.created[0]?.id });
    proxy.comeBack();
    await expectCompleted(id, 1);
  });

  it('is written when it says that there is no room', async () => {
    anthropic.faults.add({ route: 'create', kind: { status: 429 } });
    const id = await createWhileAway();
    expect(anthropic.created).toHaveLength(1);
    proxy.comeBack();
    await expectCompleted(id, 2);
  });

  it('is written under another lease once whoever took the part lets go of it', async () => {
    const id = await createWhileAway();
    const { fence } = await bench.part(id);
    const held = { fence: fence + 1, leaseHolder: 'worker_other', leaseExpiresAt: new Date(bench.clock.now() + HOUR) };
    await bench.rows.manager.update(PartEntity, { batchId: id }, { ...held, dueAt: held.leaseExpiresAt });
    bench.log.lines.length = 0;
    proxy.comeBack();
    await eventually('the part is in other hands', async () => bench.log.count(NOT_WRITTEN) || null);
    await bench.rows.manager.update(PartEntity, { batchId: id }, { leaseHolder: null, leaseExpiresAt: null });
    await expectCompleted(id, 3);
  });

  it('is no job of nobody where the commit was carried out and cut off', async () => {
    const id = await createWith(() => proxy.cutNext('after', '"remote_id" = $'));
    await expectCompleted(id, 4);
    expect(proxy.cuts).toBe(1);
    expect(bench.log.count(NOT_WRITTEN)).toBe(1);
    expect(bench.log.lines.filter(({ level, message }) => level === 'error' && /nobody’s/.test(message))).toEqual([]);
  });

  it('is not forgotten when its part went on without it: the job is stopped and removed', async () => {
    const id = await createWhileAway();
    const { id: partId, fence, attemptToken } = await bench.part(id);
    const later = new Date(bench.clock.now() + HOUR);
    // As a deletion leaves it, which does not know of the job.
    const attempt = { token: attemptToken!, partId } as LeftoverEntity['attempt'];
    const note = { token: attemptToken!, provider: 'anthropic', attempt, remoteId: null, ended: true, dueAt: later };
    await bench.rows.manager.insert(LeftoverEntity, { ...note, failures: 0 });
    const givenUp = { state: 'queued', attemptToken: null, createSentAt: null, stagedAt: null } as const;
    const free = { leaseHolder: null, leaseExpiresAt: null, dueAt: later, fence: fence + 1 };
    await bench.rows.manager.update(PartEntity, { batchId: id }, { ...givenUp, ...free });
    proxy.comeBack();
    const [leftover] = await eventually('it is noted', async () => {
      const noted = await bench.rows.manager.findBy(LeftoverEntity, { remoteId: Not(IsNull()) });
      return noted.length > 0 ? noted : null;
    });
    expect(leftover).toMatchObject({ provider: 'anthropic', remoteId: anthropic.created.at(-1)?.id, ended: false });
    await app.api.cancel(id);
    expect((await app.api.waitFor(id, ENDED)).status).toBe('cancelled');
  });
});
