import { MAX_RESUBMISSIONS } from '../../../src/execution/excluded-items';
import { ExecutionBench, outcomes, type BenchApp } from '../../support/execution/execution-bench';
import { inFullTier } from '../../support/full-tier-case';

const ENDED = ['completed', 'failed', 'cancelled', 'expired'];

describe('one poisoned line', () => {
  let bench: ExecutionBench;
  let app: BenchApp;

  beforeAll(async () => {
    bench = await ExecutionBench.open({ validatingMs: 1, runningMs: 4, finalizingMs: 1, cancellingMs: 1 });
    app = await bench.start();
  });
  afterAll(() => bench.dispose());

  async function run(prompts: readonly string[]) {
    const before = bench.simulator.creates.length;
    const batch = await app.api.waitFor(await bench.create(app, prompts), ENDED);
    return { batch, creates: bench.simulator.creates.slice(before) };
  }

  it('costs its own item, and the rest is sent again without it', async () => {
    const { batch, creates } = await run(['a', '#poison', 'c', 'd']);
    expect(outcomes(batch)).toEqual([200, 'invalid_request', 200, 200]);
    expect([batch.status, batch.request_counts]).toEqual(['completed', { total: 4, completed: 3, failed: 1 }]);
    expect(batch.errors_detail).toEqual([
      { code: 'invalid_request', message: 'Invalid request (simulated).', line: 2, item: 'item-1' },
    ]);
    expect(creates).toHaveLength(2);
    expect(creates[1]?.customIds.map((id) => id.slice(0, 8))).toEqual(['r0000000', 'r0000002', 'r0000003']);
    const message = batch.results?.[2]?.response?.body as { choices: { message: { content: string } }[] };
    expect(message.choices[0]?.message.content).toBe('c');
  });

  inFullTier('leaves nothing of the refused tries upstream', async () => {
    const { creates } = await run(['#poison', 'b']);
    const headers = { authorization: 'Bearer sk-simulated' };
    for (const { inputFileId } of creates) {
      expect((await fetch(`${bench.simulator.url}/files/${inputFileId}`, { headers })).status).toBe(404);
    }
  });

  it('is found again behind others, one after another', async () => {
    const { batch, creates } = await run(['#poison', 'b', '#poison', '#poison', 'e']);
    expect(outcomes(batch)).toEqual(['invalid_request', 200, 'invalid_request', 'invalid_request', 200]);
    expect(batch.errors_detail.map(({ line, item }) => [line, item])).toEqual([
      [1, 'item-0'],
      [3, 'item-2'],
      [4, 'item-3'],
    ]);
    expect(creates).toHaveLength(4);
  });

  it('is not looked for more often than stated: then the batch fails with the reasons', async () => {
    const prompts = Array.from({ length: MAX_RESUBMISSIONS + 3 }, (_, index) => (index === 0 ? 'fine' : '#poison'));
    const { batch, creates } = await run(prompts);
    expect(creates).toHaveLength(MAX_RESUBMISSIONS + 1);
    expect([batch.status, batch.request_counts.completed]).toEqual(['failed', 0]);
    expect(new Set(outcomes(batch))).toEqual(new Set(['invalid_request']));
    expect(batch.errors_detail).toHaveLength(MAX_RESUBMISSIONS + 1);
  });

  it('fails a batch of which nothing is left', async () => {
    const { batch, creates } = await run(['#poison', '#poison']);
    expect([batch.status, outcomes(batch)]).toEqual(['failed', ['invalid_request', 'invalid_request']]);
    expect(creates).toHaveLength(2);
  });
});
