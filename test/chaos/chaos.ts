import { setTimeout as sleep } from 'node:timers/promises';
import { checkBlobs } from '../support/cluster/check-blobs';
import { Cluster } from '../support/cluster/cluster';
import { checkInvariants } from '../support/cluster/invariants';
import { QuotaWatch } from '../support/cluster/quota-watch';
import { settle } from '../support/cluster/settle';
import { OFTEN } from '../support/cluster/sweep';
import { modelOf, VENDOR_IDS } from '../support/cluster/vendors';
import type { Violation } from '../support/cluster/violation';
import type { PostgresServer } from '../support/postgres/postgres-server';
import { smallParts } from '../support/service/catalog-file';
import { Callers } from './callers';
import { planFaults, type Topology } from './fault-plan';
import { History } from './history';
import { Injector, JOB_FAILURE } from './injector';
import { planLoad } from './load-plan';
import { Supervisor } from './supervisor';

const OWNERS = 6;
const BATCH_LIMIT = 5;
const ITEMS_A_PART = 20;
/** Its parts keep the size that its catalog entry, with its traits, gives it. */
const WHOLE = 'anthropic';

export interface ChaosOptions extends Topology {
  readonly seed: number;
  /** How long faults are injected. */
  readonly lengthMs: number;
  /** How long all may take to end afterwards. */
  readonly settleMs: number;
}

export interface ChaosReport {
  /** By kind, the faults that were met. */
  readonly faults: Readonly<Record<string, number>>;
  readonly batches: number;
  readonly items: number;
  /** Batches by how they ended. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Parts that only an operator could decide on, which the harness ended by a cancel. */
  readonly parked: number;
  /** What the faults left, and the reconciliation had to remove once it was old: inputs at vendors, and blobs that no row names. */
  readonly leftBehind: { readonly inputs: number; readonly blobs: number };
  readonly violations: readonly Violation[];
  readonly history: History;
  /** By process, all that it wrote. */
  readonly logs: Readonly<Record<string, string>>;
  /** Rows of the batches that violations are about. */
  readonly rows: readonly unknown[];
}

/** Runs a cluster under faults, lets the dust settle, and checks that nothing was lost, doubled or mixed up. */
export async function runChaos(server: PostgresServer, options: ChaosOptions): Promise<ChaosReport> {
  const models = VENDOR_IDS.filter((vendor) => vendor !== WHOLE).map(modelOf);
  const catalog = await smallParts(ITEMS_A_PART, {}, models);
  const { apis, workers } = options;
  const env = {
    CATALOG_FILE: catalog.path,
    BATCH_LIMIT_PER_OWNER: String(BATCH_LIMIT),
    POLL_INTERVAL_MS: '250',
    ...OFTEN,
    LOG_LEVEL: 'info',
  };
  const cluster = await Cluster.start(server, { apis, workers, owners: OWNERS, proxied: true, stateMs: 400, env });
  try {
    return await disturb(cluster, options);
  } finally {
    await cluster.dispose();
    await catalog.remove();
  }
}

async function disturb(cluster: Cluster, options: ChaosOptions): Promise<ChaosReport> {
  const { seed, lengthMs, settleMs } = options;
  const history = new History();
  const supervisor = new Supervisor(cluster, history);
  const injector = new Injector(cluster, supervisor, history);
  const callers = new Callers(cluster, history);
  const quotas = new QuotaWatch(cluster, BATCH_LIMIT);
  await Promise.all([
    injector.run(planFaults(seed, lengthMs, options)),
    callers.run(planLoad(seed, lengthMs, { owners: OWNERS, apis: options.apis })),
  ]);
  await injector.end();
  await supervisor.allUp();
  history.note('the dust settles', null);
  const parked = await settleWithOperator(cluster, settleMs);
  const leftBehind = { inputs: cluster.inputs().length, blobs: (await checkBlobs(cluster)).length };
  await supervisor.stop();
  const { accepted, violations } = await callers.settled();
  const checked = await checkInvariants(cluster, accepted, {
    jobFailures: [JOB_FAILURE],
  });
  const all = [...violations, ...(await quotas.stop()), ...checked];
  return {
    faults: injector.met,
    batches: accepted.length,
    items: accepted.reduce((sum, { items }) => sum + items.length, 0),
    statuses: await statusesOf(cluster),
    parked,
    leftBehind,
    violations: all,
    history,
    logs: Object.fromEntries(cluster.processes.map(({ name, log }) => [name, log])),
    rows: await rowsOf(cluster, all),
  };
}

/** Plays the operator meanwhile, who ends the batches of parts that nobody else can decide on; resolves to how many there were. */
async function settleWithOperator(cluster: Cluster, ms: number): Promise<number> {
  const parked = new Set<string>();
  for (const deadline = Date.now() + ms; Date.now() < deadline; await sleep(1_000)) {
    if (await settle(cluster, 0)) break;
    const waiting = await cluster.rows.query<{ id: string; batch: string; owner: string }>(
      `SELECT p.id, b.id AS batch, b.owner_id AS owner FROM meshbatch_parts p JOIN meshbatch_batches b ON b.id = p.batch_id
       WHERE p.state = 'needs_operator' AND b.cancelling_at IS NULL`,
    );
    for (const { id, batch, owner } of waiting) {
      parked.add(id);
      await cluster.client(cluster.owners.findIndex((each) => each.id === owner)).cancel(batch);
    }
  }
  return parked.size;
}

async function statusesOf(cluster: Cluster): Promise<Record<string, number>> {
  const rows = await cluster.rows.query<{ status: string; count: number }>(
    'SELECT status, count(*)::int AS count FROM meshbatch_batches GROUP BY status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

async function rowsOf(cluster: Cluster, violations: readonly Violation[]): Promise<unknown[]> {
  const subjects = violations.map(({ subject }) => subject);
  return cluster.rows.query(
    `SELECT to_json(b) AS batch, (SELECT json_agg(p ORDER BY ordinal) FROM meshbatch_parts p WHERE p.batch_id = b.id) AS parts,
       (SELECT json_agg(a) FROM audit_attempts a JOIN meshbatch_parts p ON p.id = a.part_id WHERE p.batch_id = b.id) AS attempts
     FROM meshbatch_batches b
     WHERE b.id = ANY($1) OR EXISTS (SELECT FROM meshbatch_parts p WHERE p.batch_id = b.id AND p.id = ANY($1))`,
    [subjects],
  );
}
