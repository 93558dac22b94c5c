import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { PartsStore } from '../batches/parts.store';
import { Database } from '../persistence/database';
import { ProviderPauses } from '../providers/provider-pauses';
import { JobQueue } from '../queue/job-queue';
import { EXECUTION_OPTIONS, type ExecutionModuleOptions } from './execution.module-definition';
import { PartLeases } from './part-leases';

/** Something that runs in the background until it is stopped; stopping waits for what is under way. */
export interface BackgroundLoop {
  start(): void;
  stop(): Promise<void>;
}

export const BACKGROUND_LOOPS = Symbol('meshbatch:background-loops');

/** The loops of a process that does background work, begun and ended in order, however a host orders its modules. */
@Injectable()
export class BackgroundWork implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly works: boolean;

  constructor(
    @Inject(EXECUTION_OPTIONS) options: ExecutionModuleOptions,
    @Inject(BACKGROUND_LOOPS) private readonly loops: readonly BackgroundLoop[],
    private readonly parts: PartsStore,
    private readonly leases: PartLeases,
    private readonly database: Database,
    private readonly pauses: ProviderPauses,
    queue: JobQueue,
  ) {
    this.works = options.work ?? true;
    if (this.works && !queue.works) {
      throw new Error(
        'ExecutionModule does background work and has no queue to take it from: give QueueModule.forRoot work: true as well, ' +
          'or ExecutionModule.forRoot work: false',
      );
    }
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.works) return;
    // The only process of its database: leases found at the start belong to a former self.
    if (this.database.facts.embedded) await this.parts.releaseAll();
    await this.pauses.refresh();
    for (const loop of this.loops) loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (!this.works) return;
    this.leases.abortAll();
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }
}
