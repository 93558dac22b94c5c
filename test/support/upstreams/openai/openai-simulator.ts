import { Simulator } from '../kit/simulator';
import { Account } from './account';
import { OPENAI_DIALECT } from './dialect';
import type { Ledger } from './ledger';
import type { BatchObject, FileObject, SimulatorOptions } from './types';

const DEFAULTS = {
  apiKey: 'sk-simulated',
  cancelEnds: 'cancelled',
  cancelLoses: 0,
  seed: 1,
} as const;

/** The Files and Batches APIs, as OpenAI or another vendor of them has them. */
export class OpenAiSimulator extends Simulator<BatchObject> {
  private readonly account: Account;
  private readonly prefix: string;

  private constructor(options: SimulatorOptions) {
    const { dialect = OPENAI_DIALECT } = options;
    const settled = { ...DEFAULTS, ...dialect.limits, ...states(options.stateMs), ...options, dialect };
    const account = new Account(settled, (record) => this.batchChanged({ ...record.object }));
    super(account);
    this.account = account;
    this.prefix = dialect.prefix;
  }

  /** Starts a simulator with no files and no batches. */
  static start(options: SimulatorOptions = {}): Promise<OpenAiSimulator> {
    return new OpenAiSimulator(options).listen(options.port);
  }

  /** The base URL, as a client is configured with it: OpenAI's ends in `/v1`. */
  get url(): string {
    return this.origin + this.prefix;
  }

  /** Every batch that was made, also when the client never heard of it. */
  get creates(): Ledger['creates'] {
    return this.account.ledger.creates;
  }

  /** Every file that was stored by an upload. */
  get uploads(): Ledger['uploads'] {
    return this.account.ledger.uploads;
  }

  /** Every file that was not deleted, uploaded or produced, newest first. */
  get files(): FileObject[] {
    return this.account.files.list(null);
  }

  /** Every batch as it now is, oldest first, hidden ones too. */
  get batches(): BatchObject[] {
    return this.account.batches.map((record) => ({ ...record.object }));
  }

  /** Fails the next batch at validation for a reason of the account, such as `token_limit_exceeded`. */
  refuseNextBatch(code: string, message: string): void {
    this.account.refusals.push({ code, message, param: null, line: null });
  }

  protected snapshots(): BatchObject[] {
    return this.batches;
  }
}

function states(ms = 50) {
  return { validatingMs: ms, runningMs: ms, finalizingMs: ms, cancellingMs: ms };
}
