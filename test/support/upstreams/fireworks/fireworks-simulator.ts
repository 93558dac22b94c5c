import { Simulator } from '../kit/simulator';
import { Account, PREFIX } from './account';
import type { JobRecord } from './job-record';
import type { SimulatorOptions, Status } from './types';

const DEFAULTS = {
  apiKey: 'fw_simulated',
  stateMs: 50,
  seed: 1,
  maxUploadBytes: 150_000_000,
  linkMs: 599_000,
  uploadingLooks: 1,
} as const;

/**
 * The vendor's datasets and batch inference jobs, for one account: strict about a call at once, and about the lines of an upload
 * when a job has begun. Written from docs.fireworks.ai (guide of batch inference, API reference) and from answers that
 * others captured in August 2026. What the error file holds is not documented; here its lines are an id and an error.
 */
export class FireworksSimulator extends Simulator<JobRecord> {
  private readonly account: Account;

  private constructor(options: SimulatorOptions) {
    const { storageOrigin, ...others } = options;
    const origin = () => storageOrigin ?? this.origin;
    const account = new Account({ ...DEFAULTS, ...others, origin }, (record) => this.batchChanged(record));
    super(account);
    this.account = account;
  }

  /** Starts a simulator with no datasets and no jobs. */
  static start(options: SimulatorOptions = {}): Promise<FireworksSimulator> {
    return new FireworksSimulator(options).listen(options.port);
  }

  get url(): string {
    return this.origin + PREFIX;
  }

  /** Every job that was made, also when the client never heard of it. */
  get created(): readonly JobRecord[] {
    return this.account.created;
  }

  /** Ids of the datasets that there are. */
  get datasets(): readonly string[] {
    return this.account.datasets.ids;
  }

  /** The upload in a dataset. */
  uploadOf(dataset: string): Buffer {
    return Buffer.concat([...this.account.datasets.get(dataset).files.values()]);
  }

  /** Fails a job for a reason of the vendor's own. */
  failJob(id: string, status: Status): void {
    this.account.fail(id, status);
  }

  protected snapshots(): readonly JobRecord[] {
    return this.created;
  }
}
