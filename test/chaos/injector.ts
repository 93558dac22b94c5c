import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../support/cluster/cluster';
import type { ClusterProcess } from '../support/cluster/cluster-process';
import type { VendorId } from '../support/cluster/vendors';
import { OpenAiSimulator } from '../support/upstreams/openai/openai-simulator';
import type { FaultSpec } from '../support/upstreams/kit/faults';
import { ROUTES } from '../support/upstreams/kit/types';
import type { Fault, PlannedFault } from './fault-plan';
import type { History } from './history';
import type { Supervisor } from './supervisor';

/** The code of a whole job that was made to fail for good. */
export const JOB_FAILURE = 'simulated_failure';

/** Does to a cluster what a plan says, and counts what was really done. */
export class Injector {
  private readonly counts = new Map<string, number>();
  private readonly pending = new Set<Promise<void>>();

  constructor(
    private readonly cluster: Cluster,
    private readonly supervisor: Supervisor,
    private readonly history: History,
  ) {}

  /** Each at its time; resolves once the last was begun. */
  async run(plan: readonly PlannedFault[]): Promise<void> {
    for (const { atMs, fault } of plan) {
      await sleep(Math.max(0, atMs - this.history.now()));
      const doing: Promise<void> = this.inject(fault)
        .catch((error: unknown) => this.history.note('a fault failed', { fault, error: String(error) }))
        .finally(() => this.pending.delete(doing));
      this.pending.add(doing);
    }
  }

  /** Takes back what has not been met and ends what goes on; resolves once all is as it should be. */
  async end(): Promise<void> {
    await Promise.all(this.pending);
    for (const vendor of this.cluster.vendors) {
      const { faults } = this.cluster.upstream(vendor);
      this.count('upstream', -faults.pending);
      faults.clear();
    }
    for (const { proxy } of this.cluster.processes) {
      proxy?.disarm();
      this.count('cut at commit', proxy?.cuts ?? 0);
    }
  }

  /** By kind, how many faults were met. */
  get met(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts);
  }

  private async inject(fault: Fault): Promise<void> {
    this.history.note('fault', fault);
    switch (fault.kind) {
      case 'kill':
        return this.on(fault, (process) => this.supervisor.kill(process, fault.downMs));
      case 'pause':
        return this.on(fault, (process) => this.pause(process, fault.forMs));
      case 'cut connections':
        return this.on(fault, async (process) => process.proxy?.cutAll());
      case 'cut at commit':
        // Counted by the proxy, which knows whether a transaction met it.
        return this.cluster.processes[fault.process]?.proxy?.cutNext(fault.cut);
      case 'stall database':
        return this.on(fault, (process) => this.stall(process, fault.forMs));
      case 'outage':
        return this.outage(fault.vendor, fault.forMs);
      case 'fail job':
        return this.failJob(fault.vendor, fault.retryable);
      case 'upstream':
        this.count(fault.kind, 1);
        return this.cluster.upstream(fault.vendor).faults.add({ route: fault.route, kind: fault.how });
    }
  }

  /** Acts on a process that is there. */
  private async on(fault: Fault & { process: number }, act: (process: ClusterProcess) => Promise<void>): Promise<void> {
    const process = this.cluster.processes[fault.process];
    if (!process || !this.supervisor.isUp(process)) return this.history.note('not there', fault);
    this.count(fault.kind, 1);
    await act(process);
  }

  private async pause(process: ClusterProcess, ms: number): Promise<void> {
    process.pause();
    await sleep(ms);
    process.resume();
    this.history.note('resumed', process.name);
  }

  private async stall({ proxy }: ClusterProcess, ms: number): Promise<void> {
    proxy?.stall();
    await sleep(ms);
    proxy?.resume();
  }

  /** Nobody is there at the vendor, whatever is asked. */
  private async outage(vendor: VendorId, ms: number): Promise<void> {
    const { faults } = this.cluster.upstream(vendor);
    const specs = ROUTES.map((route): FaultSpec => ({ route, kind: 'reset_before', times: Infinity }));
    this.count('outage', 1);
    for (const spec of specs) faults.add(spec);
    await sleep(ms);
    for (const spec of specs) faults.remove(spec);
    this.history.note('outage over', vendor);
  }

  private failJob(vendor: VendorId, retryable: boolean): void {
    const upstream = this.cluster.upstream(vendor);
    if (!(upstream instanceof OpenAiSimulator)) throw new Error(`${vendor} has no such fault`);
    this.count('fail job', 1);
    upstream.refuseNextBatch(retryable ? 'token_limit_exceeded' : JOB_FAILURE, 'Simulated.');
  }

  private count(kind: string, by: number): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + by);
  }
}
