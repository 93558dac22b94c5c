import { newId } from '../kit/ids';
import { shuffled } from '../kit/shuffle';
import { outcomeOf, type Outcome } from './outcomes';
import type { BatchInput, SimulatorOptions, Status } from './types';

export type State = 'PENDING' | 'RUNNING' | 'CANCELLING' | EndState;
export type EndState = 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'EXPIRED';
export type RenderOptions = Required<Pick<SimulatorOptions, 'statePrefix' | 'answersAt' | 'seed'>>;

const ROWS = '@@rows';
const CANCELLED: Status = { code: 13, message: 'The batch was cancelled.' };

/** One batch as the simulator keeps it: what becomes of each request, and how far it has run. */
export class BatchRecord {
  readonly id = newId('', 24);
  readonly createdAt = new Date();
  state: State = 'PENDING';
  ran = 0;
  private endedAt: Date | null = null;
  private error: Status | null = null;
  private readonly outcomes: readonly Outcome[];

  constructor(
    readonly input: BatchInput,
    private readonly options: RenderOptions,
  ) {
    this.outcomes = input.requests.map((request) => outcomeOf(request, input.model, input.isEmbedding));
  }

  get total(): number {
    return this.outcomes.length;
  }

  get ended(): boolean {
    return this.endedAt !== null;
  }

  get displayName(): string {
    return this.input.displayName;
  }

  get keys(): string[] {
    return this.input.requests.map(({ key }) => key);
  }

  /** @param error why it did not succeed, where the vendor says so */
  end(state: EndState, error: Status | null = state === 'CANCELLED' ? CANCELLED : null): void {
    this.state = state;
    this.error = error;
    this.endedAt = new Date();
  }

  /** The file of its answers; null while there is none. */
  get outputFile(): string | null {
    return this.state === 'SUCCEEDED' && this.input.fileName !== null ? `batch-${this.id}` : null;
  }

  /** The content of that file: a row on each line. */
  get download(): Buffer {
    const rows = this.rows((key, member) =>
      member.includes('<html>') ? `{"key": "${key}", "response": <html>` : `{"key": "${key}", ${member}}`,
    );
    return Buffer.from(rows.map((row) => `${row}\n`).join(''));
  }

  /** The operation as JSON text, since an answer can hold numbers that JavaScript cannot. */
  render(): string {
    const rows = this.rows((key, member) => `{"metadata": {"key": "${key}"}, ${member}}`);
    const text = JSON.stringify(this.document(), null, 2);
    return text.replaceAll(`"${ROWS}"`, () => `[\n${rows.join(',\n')}\n]`);
  }

  private rows(toRow: (key: string, member: string) => string): string[] {
    const all = this.outcomes.flatMap(({ members }, index) =>
      members.map((member) => toRow(this.keys[index] ?? '', member)),
    );
    return shuffled(all, this.options.seed);
  }

  private document(): object {
    const { model, displayName, fileName } = this.input;
    const answersAt = this.state === 'SUCCEEDED' ? this.options.answersAt : null;
    const answers = this.answers();
    const kind = this.input.isEmbedding ? 'EmbedContentBatch' : 'GenerateContentBatch';
    const inMetadata = answersAt === 'both' || answersAt === 'metadata' || (answersAt !== null && fileName !== null);
    return {
      name: `batches/${this.id}`,
      metadata: {
        '@type': `type.googleapis.com/google.ai.generativelanguage.v1main.${kind}`,
        model: `models/${model}`,
        displayName,
        ...(fileName !== null && { inputConfig: { fileName } }),
        ...(inMetadata && { output: answers }),
        createTime: this.createdAt.toISOString(),
        ...(this.endedAt && { endTime: this.endedAt.toISOString() }),
        updateTime: (this.endedAt ?? this.createdAt).toISOString(),
        batchStats: this.stats(),
        state: `${this.options.statePrefix}${this.state}`,
        name: `batches/${this.id}`,
      },
      ...(this.ended && { done: true }),
      ...(this.error && { error: this.error }),
      ...(answersAt !== null && answersAt !== 'metadata' && { response: answers }),
    };
  }

  private answers(): object {
    const type = { '@type': 'type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatchOutput' };
    if (this.outputFile !== null) return { ...type, responsesFile: `files/${this.outputFile}` };
    return { ...type, inlinedResponses: this.options.answersAt === 'flat' ? ROWS : { inlinedResponses: ROWS } };
  }

  /** An int64 is text, and left out when it is 0. */
  private stats(): object {
    const ran = this.outcomes.slice(0, this.ran);
    const succeeded = ran.filter(({ succeeded: did }) => did).length;
    const counts = {
      requestCount: this.total,
      successfulRequestCount: succeeded,
      failedRequestCount: ran.length - succeeded,
      pendingRequestCount: this.ended ? 0 : this.total - ran.length,
    };
    return Object.fromEntries(
      Object.entries(counts).flatMap(([key, value]) => (value > 0 ? [[key, String(value)]] : [])),
    );
  }
}
