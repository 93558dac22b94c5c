import { Simulator } from '../kit/simulator';
import { Account } from './account';
import type { BatchRecord } from './batch-record';
import type { SimulatorOptions } from './types';

const DEFAULTS = { apiKey: 'sk-or-v1-simulated', seed: 1, maxRequests: 5000, maxBytes: 200_000_000 } as const;

/** The vendor's Batch API: strict about the envelope at once, and about what is asked of the model while it validates. */
export class OpenRouterSimulator extends Simulator<BatchRecord> {
  private readonly account: Account;

  private constructor(options: SimulatorOptions) {
    const account = new Account({ ...DEFAULTS, ...states(options.stateMs), ...options }, (record) =>
      this.batchChanged(record),
    );
    super(account);
    this.account = account;
  }

  /** Starts a simulator with no batches. */
  static start(options: SimulatorOptions = {}): Promise<OpenRouterSimulator> {
    return new OpenRouterSimulator(options).listen(options.port);
  }

  get url(): string {
    return `${this.origin}/api/beta/batches`;
  }

  /** Every batch that was made, also when the client never heard of it. */
  get created(): readonly BatchRecord[] {
    return this.account.created;
  }

  /** Stops a batch without any call of this API. */
  cancelElsewhere(record: BatchRecord): void {
    this.account.cancelElsewhere(record);
  }

  protected snapshots(): readonly BatchRecord[] {
    return this.created;
  }
}

function states(ms = 50) {
  return { validatingMs: ms, runningMs: ms, finalizingMs: ms };
}
