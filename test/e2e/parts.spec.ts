import { ApiClient, chatItems, type BatchBody } from '../support/service/api-client';
import { smallParts, type SmallParts } from '../support/service/catalog-file';
import { OpenAiService } from '../support/service/openai-service';
import { ownerKey } from '../support/service/stored-keys';
import { DATABASE_KINDS, type DatabaseKind } from '../support/service/test-service';
import { sampled } from '../support/tier';
import type { SimulatorOptions } from '../support/upstreams/openai/types';
import { inFullTier } from '../support/full-tier-case';

const PROMPTS = Array.from({ length: 25 }, (_, index) => `prompt ${index}`);

let openai: OpenAiService;
let catalog: SmallParts;
let api: ApiClient;

/** Parts of ten items at most, and `jobs` of them upstream at once. */
async function start(database: DatabaseKind, jobs: number | null, simulated: SimulatorOptions = {}): Promise<void> {
  catalog = await smallParts(10, { openai: { maxConcurrentJobs: jobs } });
  openai = await OpenAiService.start({ database, env: { CATALOG_FILE: catalog.path } }, { stateMs: 20, ...simulated });
  api = openai.service.client();
}

afterEach(async () => {
  await openai.dispose();
  await catalog.remove();
});

// What the embedded database does differently, the other suites meet too.
describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))(
  'a batch of several parts, %s database',
  (database) => {
    it('is one batch to its caller: one order, one count, one usage, one file of each kind', async () => {
      await start(database, null);
      const prompts = PROMPTS.with(3, '#status:400').with(24, '#status:500');
      const batch = await run(prompts);
      const failed = [3, 24];
      expect(batch.results?.map((entry) => entry.custom_id)).toEqual(prompts.map((_, index) => `item-${index}`));
      expect(batch.results?.flatMap((entry, at) => (entry.response?.status_code === 200 ? [] : at))).toEqual(failed);
      expect(
        batch.results?.flatMap((entry, at) => (failed.includes(at) ? [] : answerOf(entry.response?.body))),
      ).toEqual(prompts.filter((_, at) => !failed.includes(at)));
      expect(batch.request_counts).toEqual({ total: 25, completed: 23, failed: 2 });
      expect(lengths(openai).sort()).toEqual([8, 8, 9]);
      const lines = (await api.content(batch.output_file_id ?? '')).trim().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id)).toEqual(
        prompts.flatMap((_, at) => (failed.includes(at) ? [] : `item-${at}`)),
      );
      expect((await api.content(batch.error_file_id ?? '')).trim().split('\n')).toHaveLength(2);
      const usages = batch.results?.map(({ response }) => response?.body.usage as { total_tokens: number } | undefined);
      const tokens = usages?.reduce((sum, usage) => sum + (usage?.total_tokens ?? 0), 0);
      expect(batch.usage).toMatchObject({ total_tokens: tokens });
      expect(tokens).toBeGreaterThan(0);
    });

    inFullTier('goes on after a restart in the middle, with as many jobs at once as before', async () => {
      await start(database, 2, { runningMs: 200 });
      const { simulator, service } = openai;
      const most = watchOpen(openai);
      const { body: created } = await api.create({ requests: chatItems([...PROMPTS, ...PROMPTS]) });
      await simulator.waitFor('create', 3);
      // On a server, what a killed process held comes back after some seconds only: kill.spec.ts waits for that.
      await (database === 'embedded' ? service.kill() : service.stop());
      await service.start();
      api = service.client();
      const batch = await api.waitFor(created.id, ['completed']);
      expect(batch.request_counts).toEqual({ total: 50, completed: 50, failed: 0 });
      expect(batch.results?.map((entry) => answerOf(entry.response?.body))).toEqual([...PROMPTS, ...PROMPTS]);
      expect(lengths(openai)).toEqual([10, 10, 10, 10, 10]);
      expect(most()).toBe(2);
    });
  },
);

describe('a batch of several parts', () => {
  it('keeps the results of the others when a part fails as a whole, and names its requests', async () => {
    await start('server', 1);
    openai.simulator.refuseNextBatch('billing_hard_limit_reached', 'The limit is reached.');
    const batch = await run(PROMPTS);
    expect(batch.request_counts).toEqual({ total: 25, completed: 17, failed: 8 });
    expect(batch.results?.map((entry) => entry.error?.code ?? entry.response?.status_code)).toEqual([
      ...Array<string>(8).fill('billing_hard_limit_reached'),
      ...Array<number>(17).fill(200),
    ]);
    expect(batch.errors_detail).toEqual([
      { code: 'billing_hard_limit_reached', message: 'Requests 1 to 8: The limit is reached.' },
    ]);
  });

  it('ends at a cancel in the middle: what ended and ran is kept, and what waits is never sent', async () => {
    await start('server', 1);
    const { simulator } = openai;
    const remove = simulator.onRequest((route, phase) => {
      if (route !== 'create' || phase !== 'received' || simulator.creates.length !== 1) return;
      remove();
      simulator.hold('in_progress', 3);
    });
    const { body: created } = await api.create({ requests: chatItems(PROMPTS) });
    await simulator.waitForBatch(
      ({ id, request_counts: counts }) => id === simulator.creates[1]?.batchId && counts.completed === 3,
    );
    await api.cancel(created.id);
    await simulator.waitFor('cancel');
    simulator.release();
    const batch = await api.waitFor(created.id, ['cancelled']);
    expect(batch.request_counts).toEqual({ total: 25, completed: 11, failed: 14 });
    expect(batch.results?.map((entry) => entry.error?.code ?? entry.response?.status_code)).toEqual([
      ...Array<number>(11).fill(200),
      ...Array<string>(14).fill('batch_cancelled'),
    ]);
    expect(simulator.creates).toHaveLength(2);
  });

  it('lets an owner with one part go before the rest of another owner’s many', async () => {
    await start('server', 1);
    const { simulator, service } = openai;
    const key = await ownerKey(service, 'other');
    simulator.hold('in_progress', 0);
    const { body: many } = await api.create({ requests: chatItems(PROMPTS) });
    await simulator.waitForBatch((batch) => batch.status === 'in_progress');
    const other = new ApiClient(service.url, key);
    const { body: single } = await other.create({ requests: chatItems(['of the other']) });
    await api.create({ requests: chatItems(['of the first']) });
    simulator.release();
    expect((await other.waitFor(single.id, ['completed'])).request_counts.completed).toBe(1);
    await api.waitFor(many.id, ['completed']);
    await simulator.waitFor('create', 5);
    expect(lengths(openai)).toEqual([8, 1, 8, 9, 1]);
    expect(simulator.uploads[1]?.content.toString()).toContain('of the other');
  });
});

async function run(prompts: readonly string[]): Promise<BatchBody> {
  const created = await api.create({ requests: chatItems(prompts) });
  return api.waitFor(created.body.id, ['completed']);
}

/** How many items each job upstream has, in the order of their creates. */
function lengths({ simulator }: OpenAiService): number[] {
  return simulator.creates.map((create) => create.customIds.length);
}

/** Most jobs that were open upstream at once, as each create left them. */
function watchOpen({ simulator }: OpenAiService): () => number {
  let most = 0;
  simulator.onRequest((route, phase) => {
    if (route !== 'create' || phase !== 'done') return;
    const open = simulator.batches.filter(({ status }) => !['completed', 'failed', 'cancelled'].includes(status));
    most = Math.max(most, open.length);
  });
  return () => most;
}

function answerOf(body: Record<string, unknown> | undefined): unknown {
  return (body as { choices?: { message: { content: unknown } }[] } | undefined)?.choices?.[0]?.message.content;
}
