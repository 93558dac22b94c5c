import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Abstract, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { AppModule } from '../../../src/app.module';
import { ApiKeysService } from '../../../src/auth/api-keys.service';
import { BatchEntity } from '../../../src/batches/batch.entity';
import { PartEntity } from '../../../src/batches/part.entity';
import { Clock } from '../../../src/common/clock';
import { loadEnv } from '../../../src/config/env';
import { openRows } from '../postgres/open-rows';
import { ErrorFilter } from '../../../src/http/error.filter';
import { serverDatabase, type TestDatabase } from '../postgres/test-databases';
import { ApiClient, chatItems, type BatchBody } from '../service/api-client';
import { OpenAiSimulator } from '../upstreams/openai/openai-simulator';
import type { Route } from '../upstreams/kit/types';
import type { SimulatorOptions } from '../upstreams/openai/types';
import { LogRecorder } from './log-recorder';
import { HOUR, MINUTE, MovableClock } from './movable-clock';

const TERMINAL = ['completed', 'failed', 'cancelled', 'expired'];
const WAIT_MS = 15_000;
const LOOK_MS = 25;

export interface BenchApp {
  readonly api: ApiClient;
  readonly url: string;
  /** What the application injects under that token. */
  get<T>(token: Type<T> | Abstract<T> | symbol): T;
  close(): Promise<void>;
}

/** Services in this process on one database, one blob folder, one clock and one simulated OpenAI. */
export class ExecutionBench {
  readonly clock = new MovableClock();
  readonly log = new LogRecorder();
  private readonly apps = new Set<BenchApp>();
  private key: string | null = null;

  private constructor(
    readonly simulator: OpenAiSimulator,
    /** The test's own connections, apart from those of the services. */
    readonly rows: DataSource,
    private readonly database: TestDatabase,
    readonly dataDir: string,
  ) {}

  static async open(simulated: SimulatorOptions = {}): Promise<ExecutionBench> {
    const database = await serverDatabase();
    const rows = await openRows(database);
    const dataDir = await mkdtemp(join(tmpdir(), 'meshbatch-bench-'));
    return new ExecutionBench(await OpenAiSimulator.start(simulated), rows, database, dataDir);
  }

  /** The address of the database. */
  get databaseUrl(): string {
    return this.database.options.url ?? '';
  }

  /** A service as `main` composes it; undefined takes a setting away. */
  async start(settings: Readonly<Record<string, string | undefined>> = {}): Promise<BenchApp> {
    const env = loadEnv({
      DATABASE_URL: this.databaseUrl,
      DATA_DIR: this.dataDir,
      LOG_LEVEL: 'silent',
      POLL_INTERVAL_MS: '50',
      UPSTREAM_TIMEOUT_MS: '500',
      BATCH_LIMIT_PER_OWNER: '100',
      MAX_CONCURRENT_CREATES: '100',
      OPENAI_API_KEY: 'sk-simulated',
      OPENAI_BASE_URL: this.simulator.url,
      ...settings,
    });
    const dataSource = await new DataSource({ ...this.database.options, url: env.DATABASE_URL }).initialize();
    const testing = await Test.createTestingModule({ imports: [AppModule.forRoot(env, { dataSource })] })
      .overrideProvider(Clock)
      .useValue(this.clock)
      .setLogger(this.log)
      .compile();
    const nest = testing.createNestApplication<NestExpressApplication>({ bodyParser: false });
    nest.useGlobalFilters(nest.get(ErrorFilter));
    await nest.listen(0, '127.0.0.1');
    this.key ??= (await nest.get(ApiKeysService).createKey({ owner: 'tests' })).key;
    const url = (await nest.getUrl()).replace(/\/$/, '');
    const app: BenchApp = {
      url,
      api: new ApiClient(url, this.key),
      get: (token) => nest.get(token, { strict: false }),
      close: async () => {
        if (!this.apps.delete(app)) return;
        await nest.close();
        await dataSource.destroy();
      },
    };
    this.apps.add(app);
    return app;
  }

  async dispose(): Promise<void> {
    // What a test still holds upstream ends first, so that nothing waits for it.
    await this.simulator.stop();
    await this.closeApps();
    await this.rows.destroy();
    await this.database.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async closeApps(): Promise<void> {
    for (const app of [...this.apps]) await app.close();
  }

  /** Creates a chat batch; resolves to its id. */
  async create(app: BenchApp, prompts: readonly string[]): Promise<string> {
    const answer = await app.api.create({ requests: chatItems(prompts) });
    if (answer.status !== 200) throw new Error(`Not created: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  }

  /** The only part of a batch, as its row says. */
  part(batchId: string): Promise<PartEntity> {
    return this.rows.manager.findOneByOrFail(PartEntity, { batchId });
  }

  /** Waits until the part of a batch is as `holds` says. */
  partWhen(batchId: string, what: string, holds: (part: PartEntity) => boolean): Promise<PartEntity> {
    return eventually(`the part ${what}`, async () => {
      const part = await this.part(batchId);
      return holds(part) ? part : null;
    });
  }

  /** A batch whose job is held upstream after `ran` of its items, and no application. Resolves to its id. */
  async leaveRunning(prompts: readonly string[], ran: number): Promise<string> {
    this.simulator.hold('in_progress', ran);
    const app = await this.start();
    const id = await this.create(app, prompts);
    await this.simulator.waitForBatch((batch) => batch.request_counts.completed === ran);
    await this.partWhen(id, 'runs', (part) => part.state === 'running');
    await app.close();
    return id;
  }

  /** Puts the clock past a batch's deadline and, once that is noted, past its drain. */
  async passDrain(id: string): Promise<void> {
    this.clock.forward(24 * HOUR + MINUTE);
    await eventually('the deadline is noted', async () => {
      const batch = await this.rows.manager.findOneByOrFail(BatchEntity, { id });
      return batch.deadlinePassedAt;
    });
    this.clock.forward(2 * HOUR);
  }

  /** Puts the clock forward by `stepMs` again and again until the batch ends; at most `steps` times. */
  async endWithin(app: BenchApp, id: string, stepMs: number, steps: number): Promise<BatchBody> {
    for (let step = 0; ; step++) {
      const before = await this.part(id);
      const ended = await eventually('the part moves', async () => {
        const { status } = await app.api.get(id);
        if (TERMINAL.includes(status)) return true;
        const now = await this.part(id);
        return now.failures !== before.failures || now.state !== before.state ? false : null;
      });
      if (ended) return app.api.get(id);
      if (step === steps) throw new Error(`The batch did not end: ${JSON.stringify(await app.api.get(id))}`);
      this.clock.forward(stepMs);
    }
  }

  /** How many requests a route has had. */
  calls(route: Route): number {
    return this.simulator.requestCounts()[route] ?? 0;
  }
}

/** Looks until there is something; for what announces itself by no event that a test could wait for. */
export async function eventually<T>(what: string, look: () => Promise<T | null>, waitMs = WAIT_MS): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`It never came to this: ${what}`);
    await sleep(LOOK_MS);
  }
}

/** One entry an item, in order; answers with each entry's status, or its code where it has none. */
export function outcomes(batch: BatchBody): (number | string | undefined)[] {
  const results = batch.results ?? [];
  expect(results.map((entry) => entry.custom_id)).toEqual(results.map((_, index) => `item-${index}`));
  expect(results).toHaveLength(batch.request_counts.total);
  return results.map((entry) => entry.response?.status_code ?? entry.error?.code);
}

/** A gate that holds whoever waits at it until it is opened. */
export class Gate {
  private pass: () => void = () => undefined;
  private readonly opened = new Promise<void>((resolve) => (this.pass = resolve));

  open(): void {
    this.pass();
  }

  wait(): Promise<void> {
    return this.opened;
  }
}
