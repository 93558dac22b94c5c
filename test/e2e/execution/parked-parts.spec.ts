import { runOperatorCommand } from '../../../src/admin/operator-commands';
import { ParkedParts } from '../../../src/execution/parked-parts';
import { eventually, ExecutionBench, outcomes, type BenchApp } from '../../support/execution/execution-bench';
import { chatItems } from '../../support/service/api-client';
import { runCommand } from '../../support/service/keys-command';
import { TestService } from '../../support/service/test-service';
import { AnthropicSimulator } from '../../support/upstreams/anthropic/anthropic-simulator';
import { FULL_TIER } from '../../support/tier';
import { inFullTier } from '../../support/full-tier-case';

const NOTHING = { status: 200, body: { data: [], has_more: false } };
const MODEL = 'claude-haiku-4-5';

/** From now on creates take place without an answer, and nobody is shown them. */
function hideCreates(simulator: AnthropicSimulator): void {
  simulator.faults.add({ route: 'create', kind: 'reset_after' });
  simulator.faults.add({ route: 'list', kind: NOTHING, times: 1000 });
}

function reached(simulator: AnthropicSimulator) {
  return { ANTHROPIC_API_KEY: 'sk-ant-simulated', ANTHROPIC_BASE_URL: simulator.url };
}

describe('a part that needs an operator', () => {
  let bench: ExecutionBench;
  let anthropic: AnthropicSimulator;
  let app: BenchApp;
  let parked: ParkedParts;

  beforeAll(async () => {
    bench = await ExecutionBench.open();
    anthropic = await AnthropicSimulator.start({ stateMs: 1 });
    app = await bench.start(reached(anthropic));
    parked = app.get(ParkedParts);
  });
  afterEach(() => anthropic.faults.clear());
  afterAll(async () => {
    await bench.dispose();
    await anthropic.stop();
  });

  const create = async (prompts: string[]) => {
    const { body } = await app.api.create({ requests: chatItems(prompts, MODEL) });
    return body.id;
  };
  /** A batch whose create took place unseen, and the id that its job has. */
  const park = async (prompts = ['a', 'b']) => {
    hideCreates(anthropic);
    const id = await create(prompts);
    const part = await bench.partWhen(id, 'waits for an operator', ({ state }) => state === 'needs_operator');
    anthropic.faults.clear();
    return { id, part, job: anthropic.created.at(-1)?.id ?? '' };
  };
  const settle = (name: string, input: object) => runOperatorCommand(app, { name, input });

  it('is listed, adopted by its job, and then as any other', async () => {
    const { id, part, job } = await park();
    const listed = (await parked.list()).find((each) => each.batchId === id);
    expect(listed).toMatchObject({
      id: part.id,
      owner: 'tests',
      provider: 'anthropic',
      items: 2,
      bytes: part.inputBytes,
      createSentAt: part.createSentAt,
      attemptToken: part.attemptToken,
      lookFor: expect.stringContaining(`2 items made after ${part.createSentAt?.toISOString()}`),
    });
    const before = anthropic.created.length;
    await settle('parts.adopt', { part: part.id, upstream: job });
    expect(outcomes(await app.api.waitFor(id, ['completed']))).toEqual([200, 200]);
    expect(anthropic.created).toHaveLength(before);
    expect(bench.log.count('An operator adopted a job for a part')).toBe(1);
    await expect(settle('parts.adopt', { part: part.id, upstream: job })).rejects.toThrow('it is ended');
  });

  inFullTier('is not given a job that is not its own', async () => {
    const { id, part } = await park();
    const refused = (upstream: string) => expect(parked.adopt(part.id, upstream)).rejects;
    await refused('msgbatch_nowhere').toThrow(/anthropic does not have it, and nothing was changed/);

    await refused(await runForeign(2)).toThrow(`do not carry the token ${part.attemptToken}`);
    await refused(await runForeign(3)).toThrow(`has 3 items and the part ${part.id} has 2`);
    anthropic.hold();
    const other = await bench.partWhen(await create(['a', 'b']), 'runs', ({ state }) => state === 'running');
    await refused(other.remoteId ?? '').toThrow(`is the part ${other.id}’s already`);
    anthropic.release();
    expect(await bench.part(id)).toMatchObject({ state: 'needs_operator', remoteId: null, leaseHolder: null });
    await app.api.cancel(id);
    await app.api.waitFor(id, ['cancelled']);
  });

  it('is sent anew only on a word that it may be bought twice, and completes', async () => {
    const { id, part } = await park();
    const before = anthropic.created.length;
    await expect(settle('parts.resubmit', { part: part.id, yes: false })).rejects.toThrow(
      /buys its 2 items twice.*--yes/,
    );
    expect((await bench.part(id)).state).toBe('needs_operator');
    await settle('parts.resubmit', { part: part.id, yes: true });
    expect(outcomes(await app.api.waitFor(id, ['completed']))).toEqual([200, 200]);
    expect(anthropic.created).toHaveLength(before + 1);
    expect((await bench.part(id)).attemptToken).not.toBe(part.attemptToken);
    await expect(settle('parts.resubmit', { part: part.id, yes: false })).rejects.toThrow('it is ended');
    await expect(settle('parts.adopt', { part: 'part_x', upstream: 'x' })).rejects.toThrow('There is no part part_x');
  });

  inFullTier('of a batch that is to stop is adopted for what was paid for, and not sent anew', async () => {
    const { id, part, job } = await park();
    await app.close();
    const api = await bench.start({ ...reached(anthropic), ROLE: 'api' });
    await api.api.cancel(id);
    await expect(api.get(ParkedParts).resubmit(part.id)).rejects.toThrow('is cancelled: nothing of it is sent anew');
    await api.get(ParkedParts).adopt(part.id, job);
    expect(await bench.part(id)).toMatchObject({ state: 'running', remoteId: job, leaseHolder: null });
    await bench.start(reached(anthropic));
    expect(outcomes(await api.api.waitFor(id, ['completed']))).toEqual([200, 200]);
  });

  /** A job that other software has in the account. */
  async function runForeign(requests: number): Promise<string> {
    const params = { model: MODEL, max_tokens: 10, messages: [{ role: 'user', content: 'x' }] };
    const answer = await fetch(`${anthropic.url}/v1/messages/batches`, {
      method: 'POST',
      headers: {
        'x-api-key': 'sk-ant-simulated',
        'anthropic-version': '2023-06-01',
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        requests: Array.from({ length: requests }, (_, index) => ({ custom_id: `their-${index}`, params })),
      }),
    });
    const { id } = (await answer.json()) as { id: string };
    await anthropic.waitForBatch((batch) => batch.id === id && batch.ended);
    return id;
  }
});

(FULL_TIER ? describe : describe.skip)('the command for parts', () => {
  it('lists a part and adopts its job on a server beside the service', async () => {
    const anthropic = await AnthropicSimulator.start({ stateMs: 1 });
    const service = await TestService.start({ database: 'server', env: reached(anthropic) });
    try {
      hideCreates(anthropic);
      const { body } = await service.client().create({ requests: chatItems(['a', 'b'], MODEL) });
      await eventually('the part waits for an operator', async () => service.log.includes('needs an operator') || null);
      const [part] = await runCommand(service, 'parts', 'list');
      expect(part).toMatchObject({ batch: body.id, owner: 'default', provider: 'anthropic', items: '2' });
      await runCommand(service, 'parts', 'adopt', part?.id ?? '', anthropic.created[0]?.id ?? '');
      const batch = await service.client().waitFor(body.id, ['completed']);
      expect(batch.request_counts).toEqual({ total: 2, completed: 2, failed: 0 });
      expect(anthropic.created).toHaveLength(1);
    } finally {
      await service.dispose();
      await anthropic.stop();
    }
  });
});
