import { sampled } from '../tier';
import { PostgresServer } from '../postgres/postgres-server';
import { bodyOf, planBatch, type AcceptedBatch, type PlannedBatch } from './accepted-batch';
import { checkResults } from './check-results';
import { checkBought, upstreamRuns } from './check-upstream';
import { Cluster } from './cluster';
import { checkInvariants } from './invariants';
import { QuotaWatch } from './quota-watch';
import { settle } from './settle';
import { VENDOR_IDS } from './vendors';
import { inFullTier } from '../full-tier-case';

const PLACES = ['folder', 'bucket'] as const;

describe.each(sampled(PLACES, (place) => place === 'folder'))('a cluster with its blobs in a %s', (blobs) => {
  let cluster: Cluster;

  beforeAll(async () => {
    const server = PostgresServer.at(process.env.MESHBATCH_TEST_POSTGRES ?? '');
    cluster = await Cluster.start(server, { apis: 1, workers: 2, owners: 2, proxied: true, blobs });
  });
  afterAll(() => cluster.dispose());

  async function accept(planned: PlannedBatch, owner: number): Promise<AcceptedBatch> {
    const answer = await cluster.client(owner).create(bodyOf(planned));
    expect(answer.status).toBe(200);
    return { ...planned, id: answer.body.id, ownerId: cluster.owners[owner]?.id ?? '' };
  }

  inFullTier('runs batches of every vendor, and its invariants hold', async () => {
    const watch = new QuotaWatch(cluster, 10);
    const planned = VENDOR_IDS.map((vendor, n) => planBatch(`${vendor}-${n}`, vendor, 4, 3));
    const accepted = await Promise.all(planned.map((each, n) => accept(each, n % 2)));
    const [first] = cluster.workers;
    first?.pause();
    cluster.workers[1]?.proxy?.cutAll();
    first?.resume();
    expect(await settle(cluster, 30_000)).toBe(true);
    expect(await checkInvariants(cluster, accepted)).toEqual([]);
    expect(await watch.stop()).toEqual([]);
    expect(watch.highest).toBe(3);
  });

  it('tells an answer that is another item’s, one that is missing, and an item that ran twice', async () => {
    const batch = await accept(planBatch('checked', 'openai', 3), 0);
    await cluster.client(0).waitFor(batch.id, ['completed']);
    const [a, b, c] = batch.items;
    const wrong = { ...batch, items: [{ ...a!, text: b!.text }, { ...b!, fails: true }, c!] };
    const context = { ran: new Set([0, 1, 2]), jobFailures: [] };
    const kinds = (await checkResults(cluster.client(0), wrong, context)).map(({ kind }) => kind);
    expect(kinds).toEqual(['mis-joined', 'wrong outcome']);
    const more = { ...batch, items: [...batch.items, c!] };
    expect((await checkResults(cluster.client(0), more, context))[0]).toMatchObject({ kind: 'outcomes' });

    const runs = await upstreamRuns(cluster);
    const [run] = runs;
    const again = checkBought([...runs, { ...run!, job: 'another' }, { ...run!, of: null }]);
    expect(again.map(({ kind }) => kind)).toEqual(['bought twice', 'bought for nobody', 'two jobs of a part']);
  });
});
