import { Simulator } from '../kit/simulator';
import { Account } from './account';
import type { JobRecord } from './job-record';
import type { JobObject, SimulatorOptions } from './types';

const DEFAULTS = {
  apiKey: 'simulated-mistral-key',
  stateMs: 50,
  seed: 1,
  cancelKeeps: 'what ran',
  maxBytes: 512 * 1024 * 1024,
} as const;

/** The vendor's Files and Batch APIs: strict about every line of an upload at once, and about a create. */
export class MistralSimulator extends Simulator<JobObject> {
  private readonly account: Account;

  private constructor(options: SimulatorOptions) {
    const account = new Account({ ...DEFAULTS, ...options }, (record) => this.batchChanged({ ...record.object }));
    super(account);
    this.account = account;
  }

  /** Starts a simulator with no files and no jobs. */
  static start(options: SimulatorOptions = {}): Promise<MistralSimulator> {
    return new MistralSimulator(options).listen(options.port);
  }

  get url(): string {
    return `${this.origin}/v1`;
  }

  /** Every job that was made, also when the client never heard of it. */
  get created(): readonly JobRecord[] {
    return this.account.created;
  }

  /** Fails the next job as a whole, for a reason that its upload did not show. */
  failNextJob(message: string): void {
    this.account.failures.push(message);
  }

  protected snapshots(): readonly JobObject[] {
    return this.created.map(({ object }) => ({ ...object }));
  }
}
