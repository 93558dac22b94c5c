import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { PartsStore } from '../batches/parts.store';
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
  constructor(
    @Inject(EXECUTION_OPTIONS) private readonly options: ExecutionModuleOptions,
    @Inject(BACKGROUND_LOOPS) private readonly loops: readonly BackgroundLoop[],
    private readonly parts: PartsStore,
    private readonly leases: PartLeases,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.options.work) return;
    if (this.options.exclusive) await this.parts.releaseAll();
    for (const loop of this.loops) loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (!this.options.work) return;
    this.leases.abortAll();
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }
}
