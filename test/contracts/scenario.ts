import { readItemId, toItemId } from '../../src/execution/item-id';
import type {
  Attempt,
  Endpoint,
  ItemOutcome,
  ProviderAdapter,
  StagedLines,
  TargetModel,
} from '../../src/providers/contract/adapter';
import { staged } from './staged-lines';

/** An adapter beside a provider that the suite can steer. */
export interface AdapterHarness {
  readonly adapter: ProviderAdapter;
  /** A model that the provider runs and that answers with the last message. */
  readonly model: string;
  /** Milliseconds since the epoch, by the provider's clock. */
  now(): number;
  /** Keeps jobs that come later from ending before {@link finish}. */
  hold(): void;
  /** Resolves when some items of a held job have run, and not all. */
  halfway(remoteId: string): Promise<void>;
  /** Resolves when the job has ended, held or not. */
  finish(remoteId: string): Promise<void>;
  /** Runs `work` with a job whose `rows` results have about `rowBytes` bytes each. */
  withLargeResults(
    size: { rows: number; rowBytes: number },
    work: (adapter: ProviderAdapter, remoteId: string) => Promise<void>,
  ): Promise<void>;
  close(): Promise<void>;
}

/** Tokens of attempts. */
export const TOKENS = ['aaaaaaa1', 'bbbbbbb2', 'ccccccc3'] as const;

/** An attempt that was staged, and the job that was made of it. */
interface Submitted {
  readonly attempt: Attempt;
  readonly id: string;
}

/** What a test does again and again with one harness. */
export class Scenario<H extends AdapterHarness> {
  readonly signal = new AbortController().signal;

  constructor(readonly harness: H) {}

  get target(): TargetModel {
    return { upstream: this.harness.model, traits: {} };
  }

  get adapter(): ProviderAdapter {
    return this.harness.adapter;
  }

  attempt(token: string = TOKENS[0], more: Partial<Attempt> = {}): Attempt {
    return {
      token,
      partId: 'part_1',
      endpoint: '/v1/chat/completions',
      model: this.harness.model,
      completionWindow: '24h',
      itemCount: 8,
      begunAt: this.harness.now(),
      createSentAt: this.harness.now(),
      inputId: null,
      ...more,
    };
  }

  line(index: number, token: string, text = `say ${index}`): Buffer {
    const messages = JSON.stringify([{ role: 'user', content: text }]);
    const body = Buffer.from(`{"model":"${this.adapter.id}/x","stream":false,"messages":${messages}}`);
    return this.adapter.encode({ endpoint: '/v1/chat/completions', body }, toItemId(index, token), this.target);
  }

  lines({ token, itemCount }: Attempt): StagedLines {
    return staged(Array.from({ length: itemCount }, (_, index) => this.line(index, token)));
  }

  /** A line for each text. */
  saying(texts: readonly string[]): Buffer[] {
    return texts.map((text, index) => this.line(index, TOKENS[0], text));
  }

  async stage(attempt: Attempt, lines = this.lines(attempt)): Promise<Attempt> {
    return { ...attempt, inputId: await this.adapter.stage(attempt, lines, this.signal) };
  }

  async submit(token: string = TOKENS[0]): Promise<Submitted> {
    const attempt = this.attempt(token);
    return this.send(attempt, this.lines(attempt));
  }

  /** Stages and creates a job of these lines as they are. */
  submitLines(lines: readonly (string | Buffer)[], more: Partial<Attempt> = {}): Promise<Submitted> {
    return this.send(this.attempt(TOKENS[0], { itemCount: lines.length, ...more }), staged(lines));
  }

  /** Resolves to the id of a job of these lines when it has ended. */
  async runLines(lines: readonly (string | Buffer)[], more: Partial<Attempt> = {}): Promise<string> {
    const { id } = await this.submitLines(lines, more);
    await this.harness.finish(id);
    return id;
  }

  /** Resolves to the id of a job of one item for each text when it has ended. */
  runTexts(texts: readonly string[]): Promise<string> {
    return this.runLines(this.saying(texts));
  }

  async outcomes(id: string, endpoint: Endpoint = '/v1/chat/completions'): Promise<ItemOutcome[]> {
    const found: ItemOutcome[] = [];
    for await (const outcome of this.adapter.results(id, this.signal, endpoint)) found.push(outcome);
    return found;
  }

  async state(id: string): Promise<string> {
    return (await this.adapter.poll(id, this.signal)).state;
  }

  private async send(begun: Attempt, lines: StagedLines): Promise<Submitted> {
    const attempt = await this.stage(begun, lines);
    const { id } = await this.adapter.submit(attempt, lines, this.signal);
    return { attempt, id };
  }
}

/** Indexes of the items that an attempt's outcomes are of, sorted; null for an id that is not the attempt's. */
export const indexesOf = (outcomes: readonly ItemOutcome[], token: string = TOKENS[0]) =>
  outcomes.map(({ itemId }) => readItemId(itemId, token)).sort();
/** Indexes of all items of a scenario's job. */
export const ALL = [0, 1, 2, 3, 4, 5, 6, 7];
/** The JSON that an item was answered with; null where it has none. */
export const bodyOf = (outcome: ItemOutcome | undefined) => JSON.parse(outcome?.response?.body.toString() ?? 'null');
