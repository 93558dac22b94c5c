import { Simulator } from '../kit/simulator';
import { Account } from './account';
import type { BatchRecord } from './batch-record';
import type { SimulatorOptions, Status } from './types';
import type { StoredFile } from './uploads';

const DEFAULTS = {
  apiKey: 'gemini-simulated',
  stateMs: 50,
  seed: 1,
  statePrefix: 'BATCH_STATE_',
  answersAt: 'both',
  processingLooks: 1,
  maxOpen: 100,
  maxInlineBytes: 20 * 1024 * 1024,
  maxFileBytes: 2_000_000_000,
  maxStoredBytes: 20_000_000_000,
} as const;

/** The vendor's Files and Batch APIs: strict about the shape of every request at once, and about its sense when it runs. */
export class GeminiSimulator extends Simulator<BatchRecord> {
  private readonly account: Account;

  private constructor(options: SimulatorOptions) {
    const account = new Account(
      { ...DEFAULTS, ...options },
      () => this.origin,
      (record) => this.batchChanged(record),
    );
    super(account);
    this.account = account;
  }

  /** Starts a simulator with no files and no batches. */
  static start(options: SimulatorOptions = {}): Promise<GeminiSimulator> {
    return new GeminiSimulator(options).listen(options.port);
  }

  get url(): string {
    return `${this.origin}/v1beta`;
  }

  /** Every batch that was made, also when the client never heard of it. */
  get created(): readonly BatchRecord[] {
    return this.account.created;
  }

  /** The files that are kept, oldest first. */
  get files(): readonly StoredFile[] {
    return this.account.uploads.files;
  }

  /** Fails a batch for a reason of the vendor's own. */
  failBatch(id: string, status: Status): void {
    this.account.fail(id, status);
  }

  protected snapshots(): readonly BatchRecord[] {
    return this.created;
  }
}
