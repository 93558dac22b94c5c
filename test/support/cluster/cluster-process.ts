import type { PostgresProxy } from '../faults/postgres-proxy';
import { ServiceProcess, type ServiceProcessOptions } from '../service/service-process';

/** A process of a cluster, with its way to the database when that can be cut. */
export class ClusterProcess extends ServiceProcess {
  constructor(
    /** Such as `worker-2`. */
    readonly name: string,
    readonly proxy: PostgresProxy | null,
    options: ServiceProcessOptions,
  ) {
    super(options);
  }

  /** Kills it and starts it again, on the same settings. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async dispose(): Promise<void> {
    await this.kill();
    await this.proxy?.stop();
  }
}
