import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DIST } from '../dist-folder';
import { PostgresProxy } from '../faults/postgres-proxy';
import type { PostgresServer } from '../postgres/postgres-server';
import { S3Server } from '../s3/s3-server';
import { ApiClient } from '../service/api-client';
import type { AnySimulator } from '../upstreams/kit/simulator';
import { ClusterProcess } from './cluster-process';
import { ClusterRows, type ClusterOwner } from './cluster-rows';
import { startSimulator, vendorSettings, VENDOR_IDS, type VendorId } from './vendors';

const MIGRATE = join(DIST, 'cli/migrate.js');
const run = promisify(execFile);

export interface ClusterOptions {
  readonly apis: number;
  readonly workers: number;
  /** All that there are, when left out. */
  readonly vendors?: readonly VendorId[];
  /** How many owners there are, each with a key; 1 when left out. */
  readonly owners?: number;
  /** Settings, beside those that every process has. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether each process has a way of its own to the database, which can be cut and stalled. */
  readonly proxied?: boolean;
  /** Where blobs are; a folder that all share, when left out. */
  readonly blobs?: 'folder' | 'bucket';
  /** How long a job stays in each of its states at a vendor, in ms; 50 when left out. */
  readonly stateMs?: number;
}

interface Parts {
  readonly server: PostgresServer;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly bucket: S3Server | null;
  readonly upstreams: ReadonlyMap<VendorId, AnySimulator>;
}

/**
 * API processes and workers as users run them, on one Postgres server, one place for blobs, and simulated vendors in the
 * process of the test, which outlives them.
 */
export class Cluster {
  readonly apis: ClusterProcess[] = [];
  readonly workers: ClusterProcess[] = [];
  readonly rows: ClusterRows;
  private made: ClusterOwner[] = [];

  private constructor(
    private readonly parts: Parts,
    private readonly options: ClusterOptions,
  ) {
    this.rows = new ClusterRows(parts.databaseUrl);
  }

  static async start(server: PostgresServer, options: ClusterOptions): Promise<Cluster> {
    const { vendors = VENDOR_IDS, stateMs = 50, blobs = 'folder' } = options;
    const databaseUrl = await server.createDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'meshbatch-cluster-'));
    const bucket = blobs === 'bucket' ? await S3Server.start() : null;
    const simulators = vendors.map(async (vendor) => [vendor, await startSimulator(vendor, stateMs)] as const);
    const upstreams = new Map(await Promise.all(simulators));
    const cluster = new Cluster({ server, databaseUrl, dataDir, bucket, upstreams }, options);
    try {
      await cluster.begin();
      return cluster;
    } catch (error) {
      await cluster.dispose();
      throw error;
    }
  }

  get owners(): readonly ClusterOwner[] {
    return this.made;
  }

  get processes(): readonly ClusterProcess[] {
    return [...this.apis, ...this.workers];
  }

  get vendors(): readonly VendorId[] {
    return [...this.parts.upstreams.keys()];
  }

  /** The folder that all processes share. */
  get dataDir(): string {
    return this.parts.dataDir;
  }

  /** Where blobs are, unless it is a folder. */
  get bucket(): S3Server | null {
    return this.parts.bucket;
  }

  /** The simulator of a vendor; to be asked for by name where a vendor's own knobs are wanted. */
  upstream(vendor: VendorId): AnySimulator {
    const simulator = this.parts.upstreams.get(vendor);
    if (!simulator) throw new Error(`The cluster has no ${vendor}`);
    return simulator;
  }

  /** Inputs of attempts that are at vendors. */
  inputs(): string[] {
    return [...this.parts.upstreams.values()].flatMap((upstream) => [...upstream.inputs()]);
  }

  /** The API as an owner sees it through one of the API processes, at its present address. */
  client(owner = 0, api = 0): ApiClient {
    const [process, account] = [this.apis[api], this.owners[owner]];
    if (!process || !account) throw new Error(`There is no API process ${api} or no owner ${owner}`);
    return new ApiClient(process.url, account.key);
  }

  /** One more API process; resolves once it listens. */
  async addApi(): Promise<ClusterProcess> {
    return started(await this.prepare('api'));
  }

  async addWorker(): Promise<ClusterProcess> {
    return started(await this.prepare('worker'));
  }

  /** Ends all processes and deletes all that they kept. */
  async dispose(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.dispose()));
    await Promise.all([...this.parts.upstreams.values()].map((each) => each.stop()));
    await this.rows.end();
    await this.parts.bucket?.stop();
    await rm(this.parts.dataDir, { recursive: true, force: true });
    await this.parts.server.dropDatabase(this.parts.databaseUrl);
  }

  private async begin(): Promise<void> {
    const { apis, workers, owners = 1 } = this.options;
    // The API role never runs DDL.
    await run(process.execPath, [MIGRATE], { env: this.settings(this.parts.databaseUrl), cwd: this.dataDir });
    await this.rows.audit();
    this.made = await this.rows.addOwners(owners);
    for (let n = 0; n < apis; n++) await this.prepare('api');
    for (let n = 0; n < workers; n++) await this.prepare('worker');
    await Promise.all(this.processes.map(started));
  }

  private async prepare(role: 'api' | 'worker'): Promise<ClusterProcess> {
    const proxy = this.options.proxied ? await PostgresProxy.start(this.parts.databaseUrl) : null;
    const settings = () => ({ ...this.settings(proxy?.url ?? this.parts.databaseUrl), ROLE: role });
    const [list, script] = role === 'api' ? ([this.apis, 'main'] as const) : ([this.workers, 'worker'] as const);
    const prepared = new ClusterProcess(`${role}-${list.length + 1}`, proxy, { script, cwd: this.dataDir, settings });
    list.push(prepared);
    return prepared;
  }

  private settings(databaseUrl: string): Record<string, string> {
    const vendors = [...this.parts.upstreams].flatMap(([id, { url }]) => Object.entries(vendorSettings(id, url)));
    return {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATA_DIR: this.dataDir,
      DATABASE_URL: databaseUrl,
      POLL_INTERVAL_MS: '100',
      UPSTREAM_TIMEOUT_MS: '1000',
      ...Object.fromEntries(vendors),
      ...this.parts.bucket?.settings,
      ...this.options.env,
    };
  }
}

async function started(process: ClusterProcess): Promise<ClusterProcess> {
  await process.start();
  return process;
}
