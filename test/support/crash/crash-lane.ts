import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueryResultRow } from 'pg';
import { Cluster } from '../cluster/cluster';
import { ClusterProcess } from '../cluster/cluster-process';
import { OFTEN } from '../cluster/sweep';
import { startSimulator, vendorSettings } from '../cluster/vendors';
import { PostgresServer } from '../postgres/postgres-server';
import { ApiClient } from '../service/api-client';
import { smallParts, type SmallParts } from '../service/catalog-file';
import { TEST_KEY, type DatabaseKind } from '../service/test-service';
import type { AnySimulator } from '../upstreams/kit/simulator';
import { Orders } from './orders';

/** Items of a part: a batch of one more has two parts. */
export const PART_ITEMS = 4;
/** Batches that the lane's only owner may have running: a place that is not given back stops the next point. */
export const BATCH_LIMIT = 1;
const STATE_MS = 40;

/** The processes of a lane, and what they have. */
interface Home {
  readonly dataDir: string;
  readonly simulator: AnySimulator;
  /** The one that serves HTTP first. */
  readonly processes: readonly ClusterProcess[];
  client(): ApiClient;
  /** The rows of a statement without parameters. */
  query<T extends QueryResultRow>(sql: string): Promise<T[]>;
  dispose(): Promise<void>;
}

/**
 * Where fault points run one after another: an API process and two workers on a real Postgres, or one process on its embedded
 * database; a simulated OpenAI in this process; and orders that the processes take.
 */
export class CrashLane {
  private constructor(
    readonly kind: DatabaseKind,
    readonly orders: Orders,
    private readonly home: Home,
    private readonly release: () => Promise<void>,
  ) {}

  static async open(kind: DatabaseKind): Promise<CrashLane> {
    const folder = await mkdtemp(join(tmpdir(), 'meshbatch-orders-'));
    const catalog = await smallParts(PART_ITEMS);
    const orders = new Orders(folder);
    const env = settingsOf(orders, catalog);
    const home = kind === 'server' ? await openCluster(env) : await openProcess(env, orders);
    return new CrashLane(kind, orders, home, async () => {
      await catalog.remove();
      await rm(folder, { recursive: true });
    });
  }

  get dataDir(): string {
    return this.home.dataDir;
  }

  get simulator(): AnySimulator {
    return this.home.simulator;
  }

  get processes(): readonly ClusterProcess[] {
    return this.home.processes;
  }

  /** The rows beside the processes, or seen from within the only one. */
  get rows(): Pick<Home, 'query'> {
    return this.home;
  }

  client(): ApiClient {
    return this.home.client();
  }

  byPid(pid: number): ClusterProcess {
    const found = this.processes.find((process) => process.runs && process.pid === pid);
    if (!found) throw new Error(`No process of the lane is ${pid}`);
    return found;
  }

  async dispose(): Promise<void> {
    await this.home.dispose();
    await this.release();
  }
}

function settingsOf(orders: Orders, catalog: SmallParts): Record<string, string> {
  return { ...OFTEN, BATCH_LIMIT_PER_OWNER: String(BATCH_LIMIT), CATALOG_FILE: catalog.path, ...orders.settings };
}

async function openCluster(env: Readonly<Record<string, string>>): Promise<Home> {
  const server = PostgresServer.at(process.env.MESHBATCH_TEST_POSTGRES ?? '');
  const shape = { apis: 1, workers: 2, vendors: ['openai'], proxied: true, stateMs: STATE_MS } as const;
  const cluster = await Cluster.start(server, { ...shape, env });
  return {
    dataDir: cluster.dataDir,
    simulator: cluster.upstream('openai'),
    processes: cluster.processes,
    client: () => cluster.client(),
    query: (sql) => cluster.rows.query(sql),
    dispose: () => cluster.dispose(),
  };
}

async function openProcess(env: Readonly<Record<string, string>>, orders: Orders): Promise<Home> {
  const dataDir = await mkdtemp(join(tmpdir(), 'meshbatch-crash-'));
  await cp(process.env.MESHBATCH_TEST_PGLITE_TEMPLATE ?? '', dataDir, { recursive: true });
  const simulator = await startSimulator('openai', STATE_MS);
  const settings = {
    PATH: process.env.PATH ?? '',
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATA_DIR: dataDir,
    BOOTSTRAP_API_KEY: TEST_KEY,
    POLL_INTERVAL_MS: '100',
    UPSTREAM_TIMEOUT_MS: '1000',
    ...vendorSettings('openai', simulator.url),
    ...env,
  };
  const only = new ClusterProcess('all', null, { script: 'main', cwd: dataDir, settings: () => settings });
  await only.start();
  return {
    dataDir,
    simulator,
    processes: [only],
    client: () => new ApiClient(only.url, TEST_KEY),
    query: (sql) => orders.sql(sql),
    dispose: async () => {
      await only.dispose();
      await simulator.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
