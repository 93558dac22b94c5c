import { ValidationFailedError, type Fault } from '../http/meshbatch-error';

const MAX_LISTED = 100;

/** Faults as they are found: the first 100 are kept, the rest counted. */
export class FaultList {
  private readonly listed: Fault[] = [];
  private count = 0;

  add(...faults: readonly Fault[]): void {
    for (const fault of faults) {
      if (this.count++ < MAX_LISTED) this.listed.push(fault);
    }
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** Entries to tell, and how many more there are. */
  get entries(): { listed: readonly Fault[]; more: number } {
    return { listed: this.listed, more: this.count - this.listed.length };
  }

  throwIfAny(): void {
    if (!this.isEmpty) throw new ValidationFailedError(this.entries.listed, this.entries.more);
  }
}
