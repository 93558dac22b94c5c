import { Simulator } from '../kit/simulator';
import { Account } from './account';
import type { BatchRecord } from './batch-record';
import type { SimulatorOptions } from './types';

const DEFAULTS = {
  apiKey: 'sk-ant-simulated',
  seed: 1,
  maxRequests: 100_000,
  maxBytes: 256 * 1024 * 1024,
} as const;

/** The vendor's Message Batches API: strict about the envelope at once and about each request when it runs. */
export class AnthropicSimulator extends Simulator<BatchRecord> {
  private readonly account: Account;

  private constructor(options: SimulatorOptions) {
    const origin = () => options.resultsOrigin ?? this.url;
    const account = new Account({ ...DEFAULTS, ...states(options.stateMs), ...options }, origin, (record) =>
      this.batchChanged(record),
    );
    super(account);
    this.account = account;
  }

  /** Starts a simulator with no batches. */
  static start(options: SimulatorOptions = {}): Promise<AnthropicSimulator> {
    return new AnthropicSimulator(options).listen(options.port);
  }

  get url(): string {
    return this.origin;
  }

  /** Every batch that was made, also when the client never heard of it. */
  get created(): readonly BatchRecord[] {
    return this.account.created;
  }

  protected snapshots(): readonly BatchRecord[] {
    return this.created;
  }
}

function states(ms = 50) {
  return { runningMs: ms, cancelingMs: ms };
}
