import { freePort } from '../../test/support/free-port';
import { samplesOf } from '../../test/support/metric-samples';
import type { Arrivals, ArrivalsTold } from '../processes/arrivals';
import type { Load } from '../processes/load';
import { ChatItems } from '../support/chat-items';
import { atMost, type BenchContext, type Figure, type Measured } from '../support/figure';
import { HelperProcess } from '../support/helper-process';
import { Deployment, type ServiceProcess } from '../support/meshbatch';
import { most, residentBytes, residentWhile } from '../support/process-usage';
import { createKeys, withRows } from '../support/rows';
import { quantile } from '../support/statistics';

const MODEL = 'sandbox/echo';
const OWNERS = 64;
/** Enough that the service always has something to do. */
const SATURATING_CONNECTIONS = 16;
const SECONDS = 20;
const SHORT_SECONDS = 2;
/** Of the rate that saturates. */
const [UNSATURATED, OVERLOAD] = [0.5, 2];
const MIB = 1024 * 1024;
const LONGEST_END_MS = 1_800_000;
const LOOK_MS = 500;

interface Bench {
  readonly service: ServiceProcess;
  readonly databaseUrl: string;
  readonly metricsUrl: string;
  readonly sent: Pick<Load, 'origin' | 'path' | 'body' | 'headers'>;
}

/** Small creates of many owners at twice the rate that saturates, while a worker follows the batches to their end. */
export const overload: Figure = {
  names: ['overload-p99', 'overload-memory', 'overload-unended', 'overload-strange', 'overload-read'],
  async run(context): Promise<Measured[]> {
    const ms = (context.seconds ?? (context.short ? SHORT_SECONDS : SECONDS)) * 1000;
    const bench = await start(context);
    const saturating = await saturate(context, bench, ms / 2);
    const client = await HelperProcess.start('arrivals', context.cleanups);
    const arrive = (share: number, during: number) =>
      client.ask<ArrivalsTold>('run', {
        ...bench.sent,
        perSecond: share * saturating,
        ms: during,
      } satisfies Arrivals);
    await arrive(UNSATURATED, ms / 4);
    const unsaturated = await arrive(UNSATURATED, ms / 2);
    const before = residentBytes(bench.service.pid);
    const readBefore = await bodiesRead(bench);
    const { bytes, result: told } = await residentWhile(bench.service.pid, () => arrive(OVERLOAD, ms));
    const [early, late] = [bytes.slice(0, bytes.length / 2), bytes.slice(bytes.length / 2)].map(most);
    const read = (await bodiesRead(bench)) - readBefore - told.takenMs.length;
    const { unended, seconds } = await ends(bench.databaseUrl);
    const [normal, loaded] = [quantile(unsaturated.takenMs, 0.99), quantile(told.takenMs, 0.99)];
    const detail = {
      seconds: ms / 1000,
      saturatingPerS: saturating,
      ...{ sent: told.sent, taken: told.takenMs.length, refused: told.refusedMs.length },
      ...{ unsaturatedP99Ms: normal, unsaturatedMedianMs: quantile(unsaturated.takenMs, 0.5) },
      ...{ unsaturatedRefused: unsaturated.refusedMs.length, unsaturatedTaken: unsaturated.takenMs.length },
      ...{ p99Ms: loaded, medianMs: quantile(told.takenMs, 0.5) },
      ...{ refusedMedianMs: middleOf(told.refusedMs), endedAfterS: seconds },
      strange: countEach(told.strange),
    };
    return [
      { name: 'overload-p99', value: loaded / normal, unit: 'x', bar: atMost(3), detail },
      { name: 'overload-memory', value: late! / early!, unit: 'x', bar: atMost(1.1) },
      { name: 'overload-peak', value: (most(bytes) - before) / MIB, unit: 'MiB', bar: null },
      { name: 'overload-unended', value: unended, unit: 'batches', bar: atMost(0) },
      { name: 'overload-strange', value: told.strange.length, unit: 'answers', bar: atMost(0) },
      { name: 'overload-read', value: read, unit: 'bodies', bar: atMost(0) },
      { name: 'overload-refused', value: told.refusedMs.length / told.sent, unit: 'share', bar: null },
      { name: 'overload-taken', value: told.takenMs.length / (ms / 1000), unit: '1/s', bar: null },
      { name: 'saturating', value: saturating, unit: '1/s', bar: null },
    ];
  },
};

async function start(context: BenchContext): Promise<Bench> {
  const { databaseUrl, ...deployment } = await deploy(context);
  const keys = await createKeys(databaseUrl, OWNERS);
  const headers = keys.map((key) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' }));
  const body = new ChatItems(MODEL).body(1).toString('utf8');
  return {
    ...deployment,
    databaseUrl,
    sent: { origin: deployment.service.url, path: '/v1/batches', body, headers },
  };
}

async function deploy(context: BenchContext) {
  const deployment = await Deployment.create(context);
  const port = await freePort();
  const service = await deployment.start('api', { METRICS_PORT: String(port) });
  await deployment.start('worker');
  return { databaseUrl: deployment.databaseUrl, service, metricsUrl: `http://127.0.0.1:${port}/metrics` };
}

/** Creates a second when there is always a next one. */
async function saturate({ cleanups }: BenchContext, { sent }: Bench, ms: number): Promise<number> {
  const client = await HelperProcess.start('load', cleanups);
  const load = { ...sent, connections: SATURATING_CONNECTIONS, ms };
  await client.ask<number>('run', { ...load, ms: ms / 4 });
  return client.ask<number>('run', load);
}

/** Each body has one item. */
async function bodiesRead({ metricsUrl }: Bench): Promise<number> {
  return samplesOf(await (await fetch(metricsUrl)).text()).get('meshbatch_ingest_items_total') ?? NaN;
}

/** Waits for all batches; resolves to how many completed not, and how long it took. */
function ends(databaseUrl: string): Promise<{ unended: number; seconds: number }> {
  return withRows(databaseUrl, async (rows) => {
    const begun = performance.now();
    const sql = `SELECT count(*)::int AS unended FROM meshbatch_batches WHERE status <> 'completed'`;
    for (;;) {
      const [row] = await rows.query<{ unended: number }[]>(sql);
      const [unended, tookMs] = [row?.unended ?? NaN, performance.now() - begun];
      if (unended === 0 || tookMs > LONGEST_END_MS) return { unended, seconds: tookMs / 1000 };
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  });
}

function middleOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : quantile(values, 0.5);
}

function countEach(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
