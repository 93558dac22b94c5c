import { Test, type TestingModule } from '@nestjs/testing';
import { BatchesService } from '../../../src/batches/batches.service';
import { CreateBatchService } from '../../../src/batches/create-batch.service';
import { Clock } from '../../../src/common/clock';
import { Random } from '../../../src/common/random';
import { MeshbatchModule } from '../../../src/meshbatch/meshbatch.module';
import type { MeshbatchOptions } from '../../../src/meshbatch/meshbatch.options';
import { ProviderRegistry } from '../../../src/providers/provider-registry';
import { JobQueue } from '../../../src/queue/job-queue';
import { JobWorker } from '../../../src/queue/job-worker';
import type { Actor } from '../kernel/actor';
import { Seeded } from '../kernel/seeded';
import { simulatedDataSource } from '../ports/connections';
import { MemoryBlobs } from '../ports/memory-blobs';
import { Ports } from '../ports/ports';
import { SimulatedClock } from '../ports/simulated-clock';
import { SimulatedQueue, SimulatedWorker } from '../ports/simulated-queue';
import { connectTo } from '../upstream/connect-to';
import { SimulatedDispatcher } from '../upstream/simulated-dispatcher';
import { baseUrlOf, KEY, PROVIDERS } from '../upstream/vendors';
import type { World } from './world';

/** Of virtual time, of which much passes: every minute would be most of what happens. */
const HOUR = 3_600_000;

export type Role = 'api' | 'worker' | 'all';

export interface ProcessOptions {
  readonly name: string;
  readonly role: Role;
  /** Of its ids and its jitter. */
  readonly seed: number;
  readonly skewMs: number;
  readonly stretch: number;
}

/** One process: the modules as the service composes them, with every way out leading into the world of its history. */
export class SimulatedProcess implements Actor {
  isDead = false;
  isStopped = false;
  /** Whether what it asks takes its turn. */
  private booted = false;
  private isReady = false;
  private module: TestingModule | null = null;
  private readonly ports: Ports;

  private constructor(
    private readonly world: World,
    readonly options: ProcessOptions,
  ) {
    this.ports = new Ports(this, world.scheduler, world.faults);
  }

  /** Nothing goes wrong and no time passes while it is put together; see {@link init}. */
  static async make(world: World, options: ProcessOptions): Promise<SimulatedProcess> {
    const process = new SimulatedProcess(world, options);
    const dataSource = await simulatedDataSource({
      owner: process,
      session: world.session,
      ports: () => (process.booted ? process.ports : null),
      answered: (answer) => world.answered(answer),
    });
    const clock = new SimulatedClock(process, world.scheduler, options.skewMs, options.stretch);
    const works = options.role !== 'api';
    const building = Test.createTestingModule({
      imports: [
        MeshbatchModule.forRoot({
          ...process.settings(),
          persistence: { dataSource },
          blobs: { store: new MemoryBlobs(world.blobs, process.ports, clock) },
          work: works,
          http: false,
        }),
      ],
    });
    const overridden = building
      .overrideProvider(Clock)
      .useValue(clock)
      .overrideProvider(Random)
      .useValue(new Seeded(options.seed))
      .overrideProvider(JobQueue)
      .useValue(new SimulatedQueue(process, world.jobs, works))
      .overrideProvider(JobWorker)
      .useValue(new SimulatedWorker(process, world.jobs));
    const module = await overridden.setLogger(world.log).compile();
    process.connectAdapters(module.get(ProviderRegistry, { strict: false }));
    process.module = module;
    process.booted = true;
    return process;
  }

  /** As when the service starts: what it asks of its database takes its turn and may go wrong. Then it does not start. */
  async init(): Promise<void> {
    await this.running.init();
    this.isReady = true;
  }

  get name(): string {
    return this.options.name;
  }

  /** The history is over. */
  end(): void {
    this.isDead = true;
    this.ports.end();
  }

  get takesCalls(): boolean {
    return this.isReady && this.options.role !== 'worker' && !this.isDead && !this.isStopped;
  }

  get creates(): CreateBatchService {
    return this.running.get(CreateBatchService, { strict: false });
  }

  get batches(): BatchesService {
    return this.running.get(BatchesService, { strict: false });
  }

  private get running(): TestingModule {
    if (!this.module) throw new Error(`${this.name} has not started`);
    return this.module;
  }

  private settings(): Omit<MeshbatchOptions, 'persistence' | 'blobs'> {
    const { plan, scratchFolder } = this.world;
    return {
      quota: { batchLimitPerOwner: plan.quota },
      providers: {
        credentials: Object.fromEntries(PROVIDERS.map((id) => [id, { apiKey: KEY, baseUrl: baseUrlOf(id) }])),
        catalog: plan.catalog,
      },
      execution: { scratchFolder, pollIntervalMs: plan.pollIntervalMs, reconcileMs: HOUR },
    };
  }

  private connectAdapters(registry: ProviderRegistry): void {
    for (const id of PROVIDERS) {
      const adapter = registry.findAdapter(id);
      if (adapter) connectTo(adapter, new SimulatedDispatcher(this, this.ports, this.world.network));
    }
  }
}
