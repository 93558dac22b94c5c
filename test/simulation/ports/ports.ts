import type { Actor } from '../kernel/actor';
import type { Scheduler } from '../kernel/scheduler';

/** What may befall a call at any port. `before`: it never takes effect. `after`: it does, and its answer is not received, or late. */
export type CallFault = 'crash_before' | 'crash_after' | 'stop_before' | 'stop_after' | 'error_before' | 'error_after';

/** A call of a process that leaves it. */
export interface PortCall<T> {
  /** Such as `blob write`; what may go wrong with it is chosen by it. */
  readonly port: 'database' | 'blob' | 'upstream';
  readonly label: string;
  readonly canRun?: () => boolean;
  readonly effect: () => T;
  readonly answer: (result: T) => void;
  /** Tells the caller that its call failed; the effect may have taken place. */
  readonly fail: () => void;
}

/** Who decides what goes wrong. */
export interface FaultSource {
  /** Undefined when all goes well. */
  faultOf(owner: Actor, call: Pick<PortCall<unknown>, 'port' | 'label'>): CallFault | undefined;
  crash(owner: Actor): void;
  stop(owner: Actor): void;
}

/** The way out of a process: each call takes its turn, and may fail or end the process on its way. */
export class Ports {
  /** Tells each caller that still waits that its call failed. */
  private readonly waiting = new Set<() => void>();
  private isOver = false;

  constructor(
    private readonly owner: Actor,
    private readonly scheduler: Scheduler,
    private readonly faults: FaultSource,
  ) {}

  call<T>(given: PortCall<T>): void {
    if (this.isOver) return queueMicrotask(given.fail);
    const done = this.hold(given.fail);
    const answer = (result: T) => {
      done();
      given.answer(result);
    };
    const fail = () => {
      done();
      given.fail();
    };
    this.take({ ...given, answer, fail });
  }

  /** Has `fail` called if the history ends before what this returns is. */
  hold(fail: () => void): () => void {
    this.waiting.add(fail);
    return () => void this.waiting.delete(fail);
  }

  /** The history is over: whatever waits fails, so that files are closed and memory is given back. */
  end(): void {
    this.isOver = true;
    for (const fail of this.waiting) fail();
    this.waiting.clear();
  }

  private take<T>(call: PortCall<T>): void {
    const { canRun } = call;
    this.scheduler.add({
      owner: this.owner,
      label: `${call.port} ${call.label}`,
      ...(canRun && { canRun }),
      run: () => this.run(call),
    });
  }

  private run<T>(call: PortCall<T>): void {
    const fault = this.faults.faultOf(this.owner, call);
    if (fault) this.scheduler.trace.add(`! ${fault}`);
    if (fault === 'crash_before') return this.faults.crash(this.owner);
    if (fault === 'stop_before') return this.stopThen(() => this.take(call));
    if (fault === 'error_before') return call.fail();
    const result = call.effect();
    if (fault === 'crash_after') return this.faults.crash(this.owner);
    if (fault === 'error_after') return call.fail();
    if (fault === 'stop_after') return this.stopThen(() => call.answer(result));
    call.answer(result);
  }

  private stopThen(go: () => void): void {
    this.faults.stop(this.owner);
    this.scheduler.add({ owner: this.owner, label: 'goes on', run: go });
  }
}
