import { smallParts } from '../../test/support/service/catalog-file';
import type { OwnersLoad, OwnersTold } from '../processes/owners';
import { ChatItems } from '../support/chat-items';
import { Cleanups } from '../support/cleanups';
import { atMost, type BenchContext, type Figure, type Measured } from '../support/figure';
import { firstPartWaits } from '../support/first-part-waits';
import { HelperProcess } from '../support/helper-process';
import { MODEL } from '../support/ingest-bench';
import { Deployment } from '../support/meshbatch';
import { createKeys } from '../support/rows';
import { seeded } from '../support/seeded';
import { quantile } from '../support/statistics';

const LIMIT = 10;
/** Creates that each owner sends beyond its limit; no job ends meanwhile. */
const BEYOND = 3;
const WORKERS = 3;
const CONNECTIONS = 16;
const ITEMS_A_PART = 10;
const LARGE_PARTS = 100;
/** One owner in so many sends a large batch, and does so before anybody else sends anything. */
const LARGE_EVERY = 20;
const SIZES = [1, 2, 5, 10, 15, 30, LARGE_PARTS * ITEMS_A_PART];
const LARGE = SIZES.length - 1;
const IDLE_PAUSE_MS = 20;
const FULL = { owners: 200, idleOwners: 10 };
const SHORT = { owners: 20, idleOwners: 1 };

type Creates = OwnersLoad['creates'];

/** What one run of the load gave; times in ms. */
interface Run {
  readonly creates: Creates;
  readonly told: OwnersTold;
  readonly idle: OwnersTold;
  /** By owner, until the first part of its first batch was sent. */
  readonly waits: readonly number[];
}

/** Many owners who each send more than they may, some of them first a batch of a hundred parts; and the same without those. */
export const manyOwners: Figure = {
  names: ['quota-errors', 'first-part-wait', 'wait-behind-large', 'create-under-load', 'get-under-load'],
  async run(context): Promise<Measured[]> {
    const { owners } = context.short ? SHORT : FULL;
    const run = await load(context, true);
    const { waits } = await load(context, false);
    return [
      quotaErrors(run, owners),
      fairness(run.waits),
      behindLarge(run.waits, waits),
      ratio('create-under-load', run.told.createMs, run.idle.createMs),
      ratio('get-under-load', run.told.getMs, run.idle.getMs),
    ];
  },
};

/** On a deployment of its own, which ends with it. */
async function load(context: BenchContext, withLarge: boolean): Promise<Run> {
  const { owners, idleOwners } = context.short ? SHORT : FULL;
  const cleanups = new Cleanups();
  context.cleanups.add(() => cleanups.run());
  const { deployment, url } = await start({ ...context, cleanups });
  const keys = await createKeys(deployment.databaseUrl, owners + idleOwners);
  const client = await HelperProcess.start('owners', cleanups);
  const bodies = SIZES.map((size) => new ChatItems(MODEL).body(size));
  const send = (sent: Creates, connections: number, pauseMs: number) =>
    client.ask<OwnersTold>('run', { url, keys, bodies, creates: sent, connections, pauseMs } satisfies OwnersLoad);
  const idle = await send(idleCreates(owners, idleOwners), 1, IDLE_PAUSE_MS);
  const since = new Date();
  const creates = createsOf(owners, withLarge);
  const told = await send(creates, CONNECTIONS, 0);
  const waits = await firstPartWaits(deployment.databaseUrl, since);
  await cleanups.run();
  return { creates, told, idle, waits };
}

async function start(context: BenchContext): Promise<{ deployment: Deployment; url: string }> {
  const stub = await HelperProcess.start('openai-stub', context.cleanups);
  const catalog = await smallParts(ITEMS_A_PART);
  context.cleanups.add(() => catalog.remove());
  const deployment = await Deployment.create(context, {
    OPENAI_API_KEY: 'sk-simulated',
    OPENAI_BASE_URL: await stub.ask<string>('start'),
    CATALOG_FILE: catalog.path,
    BATCH_LIMIT_PER_OWNER: String(LIMIT),
  });
  for (let worker = 0; worker < WORKERS; worker++) await deployment.start('worker');
  const { url } = await deployment.start('api');
  return { deployment, url };
}

/** Small ones of owners that take no part in the load, up to their limit. */
function idleCreates(from: number, owners: number): Creates {
  return Array.from({ length: owners * LIMIT }, (_, n) => ({ owner: from + (n % owners), body: n % LARGE }));
}

/** First the large batches, then everybody else's first, then all others in a mixed order. */
function createsOf(owners: number, withLarge: boolean): Creates {
  const random = seeded(11);
  const all = Array.from({ length: owners }, (_, owner) => owner);
  const goesFirst = (owner: number) => owner % LARGE_EVERY === 0;
  const small = () => Math.floor(random() * LARGE);
  const first = all.map((owner) => ({ owner, body: withLarge && goesFirst(owner) ? LARGE : small() }));
  const later = all.flatMap((owner) =>
    Array.from({ length: LIMIT + BEYOND - 1 }, () => ({ at: random(), owner, body: small() })),
  );
  return [
    ...first.filter(({ owner }) => goesFirst(owner)),
    ...first.filter(({ owner }) => !goesFirst(owner)),
    ...later.sort((a, b) => a.at - b.at).map(({ owner, body }) => ({ owner, body })),
  ];
}

/** Owners that got another number of batches than their limit, and answers that are neither a batch nor a 429. */
function quotaErrors({ creates, told: { statuses } }: Run, owners: number): Measured {
  const taken = Array.from({ length: owners }, () => 0);
  creates.forEach(({ owner }, at) => (taken[owner]! += statuses[at] === 200 ? 1 : 0));
  const wrong = taken.filter((count) => count !== LIMIT).length;
  const strange = statuses.filter((status) => status !== 200 && status !== 429).length;
  const [accepted, refused] = [200, 429].map((status) => statuses.filter((each) => each === status).length);
  const detail = { owners, limit: LIMIT, sent: creates.length, accepted, refused, wrong, strange };
  return { name: 'quota-errors', value: wrong + strange, unit: 'owners', bar: atMost(0), detail };
}

function fairness(waits: readonly number[]): Measured {
  const detail = {
    owners: waits.length,
    meanMs: mean(waits),
    medianMs: quantile(waits, 0.5),
    maxMs: Math.max(...waits),
  };
  return { name: 'first-part-wait', value: Math.max(...waits) / mean(waits), unit: 'x', bar: atMost(2), detail };
}

/** How much longer the first parts of all wait on average since some send large batches before them. */
function behindLarge(waits: readonly number[], without: readonly number[]): Measured {
  const detail = { meanMs: mean(waits), meanWithoutMs: mean(without), maxWithoutMs: Math.max(...without) };
  return { name: 'wait-behind-large', value: mean(waits) / mean(without), unit: 'x', bar: atMost(2), detail };
}

function ratio(name: string, loaded: readonly number[], idle: readonly number[]): Measured {
  const [under, alone] = [quantile(loaded, 0.99), quantile(idle, 0.99)];
  const detail = {
    loadedMs: under,
    idleMs: alone,
    loadedMedianMs: quantile(loaded, 0.5),
    idleMedianMs: quantile(idle, 0.5),
  };
  return { name, value: under / alone, unit: 'x', bar: null, detail };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
