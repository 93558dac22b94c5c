import type { Clock } from '../../common/clock';
import type { BatchApi } from './batch-api';
import { RefusedError } from './call-errors';

const AGAIN_MS = 2_000;

/**
 * Says when to ask for a batch: at once after an event, where the service sends any. What an event says is not looked at, so that
 * one that is lost or told twice changes nothing.
 */
export class BatchWakes {
  private readonly closed = new AbortController();
  private lastEventId: string | null = null;
  private isPending = false;
  private wake: (() => void) | null = null;
  private isOpen = false;

  constructor(
    private readonly api: Pick<BatchApi, 'events'>,
    private readonly id: string,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    void this.listen();
  }

  /** Whether events come, so that it need not be asked often. */
  get isListening(): boolean {
    return this.isOpen;
  }

  /** Resolves with the next event, or after `ms`, or when the signal aborts. */
  async wait(ms: number): Promise<void> {
    const woken = new AbortController();
    this.wake = () => woken.abort();
    if (!this.isPending) await this.clock.sleep(ms, AbortSignal.any([woken.signal, this.signal]));
    this.wake = null;
    this.isPending = false;
  }

  close(): void {
    this.closed.abort();
  }

  private async listen(): Promise<void> {
    while (!this.closed.signal.aborted && !this.signal.aborted) {
      const isOver = await this.read().catch((error: unknown) => error instanceof RefusedError && error.status < 500);
      this.isOpen = false;
      if (isOver) return;
      await this.clock.sleep(AGAIN_MS, AbortSignal.any([this.closed.signal, this.signal]));
    }
  }

  /** Reads events until their end; whether there will never be any more. */
  private async read(): Promise<boolean> {
    const response = await this.api.events(this.id, this.lastEventId, this.closed.signal);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    if (!isStream || response.body === null) {
      await response.body?.cancel();
      return true;
    }
    this.isOpen = true;
    const { createParser } = await import('eventsource-parser');
    const parser = createParser({ onEvent: (event) => this.take(event.id) });
    const text = new TextDecoder();
    for await (const chunk of response.body as AsyncIterable<Uint8Array>)
      parser.feed(text.decode(chunk, { stream: true }));
    return false;
  }

  private take(id: string | undefined): void {
    this.lastEventId = id ?? this.lastEventId;
    this.isPending = true;
    this.wake?.();
  }
}
