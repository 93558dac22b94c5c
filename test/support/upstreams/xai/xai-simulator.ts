import { Simulator } from '../kit/simulator';
import { Account } from './account';
import type { BatchRecord } from './batch-record';
import type { SimulatorOptions, XaiFile } from './types';

const DEFAULTS = {
  apiKey: 'xai-simulated',
  stateMs: 50,
  seed: 1,
  omitCancelled: false,
  missingInputLate: false,
  maxPage: 1000,
  maxUploadBytes: 50_000_000,
  maxLines: 50_000,
  maxLineBytes: 25_000_000,
} as const;

/** xAI's Files and Batches APIs: strict about a create at once, and about its lines when they are read in. */
export class XaiSimulator extends Simulator<BatchRecord> {
  private readonly account: Account;

  private constructor(options: SimulatorOptions) {
    const account = new Account({ ...DEFAULTS, ...options }, (record) => this.batchChanged(record));
    super(account);
    this.account = account;
  }

  /** Starts a simulator with no files and no batches. */
  static start(options: SimulatorOptions = {}): Promise<XaiSimulator> {
    return new XaiSimulator(options).listen(options.port);
  }

  get url(): string {
    return `${this.origin}/v1`;
  }

  /** Every batch that was made, also when the client never heard of it. */
  get created(): readonly BatchRecord[] {
    return this.account.batches;
  }

  /** Every file that was stored, also when it is deleted. */
  get uploads(): readonly XaiFile[] {
    return this.account.uploads;
  }

  /** Turns what was counted as cancelled into what it became, since it had been under way. */
  landCancelled(): void {
    this.account.landCancelled();
  }

  protected snapshots(): readonly BatchRecord[] {
    return this.created;
  }
}
