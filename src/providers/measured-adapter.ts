import type {
  Attempt,
  Endpoint,
  ItemOutcome,
  ProviderAdapter,
  ProviderCapabilities,
  RemoteBatch,
  StagedLines,
  StoredItem,
  TargetModel,
  UnsupportedField,
} from './contract/adapter';
import type { UpstreamCall, UpstreamCalls } from './upstream-calls';

/** Any adapter, with its calls counted. What is done for every item goes through as it is. */
export class MeasuredAdapter implements ProviderAdapter {
  constructor(
    private readonly adapter: ProviderAdapter,
    private readonly calls: UpstreamCalls,
  ) {}

  get id(): string {
    return this.adapter.id;
  }

  get capabilities(): ProviderCapabilities {
    return this.adapter.capabilities;
  }

  check(item: StoredItem, model: TargetModel): readonly UnsupportedField[] {
    return this.adapter.check(item, model);
  }

  encode(item: StoredItem, itemId: string, model: TargetModel): Buffer {
    return this.adapter.encode(item, itemId, model);
  }

  stage(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<string | null> {
    return this.measure('stage', signal, () => this.adapter.stage(attempt, lines, signal));
  }

  submit(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<RemoteBatch> {
    return this.measure('submit', signal, () => this.adapter.submit(attempt, lines, signal));
  }

  find(attempt: Attempt, signal: AbortSignal): Promise<RemoteBatch | null> {
    return this.measure('find', signal, () => this.adapter.find(attempt, signal));
  }

  poll(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    return this.measure('poll', signal, () => this.adapter.poll(remoteId, signal));
  }

  /** Counted by who reads them: a wrapper here would cost every item. */
  results(remoteId: string, signal: AbortSignal, endpoint: Endpoint): AsyncIterable<ItemOutcome> {
    return this.adapter.results(remoteId, signal, endpoint);
  }

  cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    return this.measure('cancel', signal, () => this.adapter.cancel(remoteId, signal));
  }

  withdraw(attempt: Attempt, signal: AbortSignal): Promise<void> {
    return this.measure('withdraw', signal, () => this.adapter.withdraw(attempt, signal));
  }

  cleanup(attempt: Attempt, remoteId: string, signal: AbortSignal): Promise<void> {
    return this.measure('cleanup', signal, () => this.adapter.cleanup(attempt, remoteId, signal));
  }

  private measure<T>(call: UpstreamCall, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.calls.measure({ provider: this.adapter.id, call, signal }, work);
  }
}
