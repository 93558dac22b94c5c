import type { Readable } from 'node:stream';
import type { Clock } from '../../common/clock';
import type { Random } from '../../common/random';
import type { ClientSettings } from '../../config/client-settings';
import { toRefusal, toUnreachable, type CallError } from './call-errors';
import { Patience } from './patience';

/** One call of the API. */
export interface Call {
  readonly method?: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for every try. */
  readonly body?: () => string | Readable;
  /** Ends this call alone, its answer's body too. */
  readonly signal?: AbortSignal;
}

/** Sends calls with the key, and again where the service says that it may be only busy. */
export class HttpCalls {
  constructor(
    private readonly settings: ClientSettings,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Resolves to an answer that is a success, its body unread.
   * @throws RefusedError, UnreachableError, or the reason of the signal
   */
  async send(call: Call): Promise<Response> {
    const signal = call.signal ? AbortSignal.any([this.signal, call.signal]) : this.signal;
    const patience = new Patience(this.random);
    for (let last: CallError | null = null; ;) {
      const answer = await this.attempt(call, signal);
      if (answer instanceof Response) return answer;
      last = answer.after(last);
      const pauseMs = patience.pauseAfter(last);
      if (pauseMs === null) throw last;
      await this.clock.sleep(pauseMs, signal);
      signal.throwIfAborted();
    }
  }

  /**
   * Resolves to the text of an answer that is a success. One that breaks off is none.
   * @throws what {@link send} does
   */
  async text(call: Call): Promise<string> {
    const response = await this.send(call);
    return response.text().catch((error: unknown) => {
      this.signal.throwIfAborted();
      throw toUnreachable(this.settings.baseUrl, error);
    });
  }

  private async attempt(call: Call, signal: AbortSignal): Promise<Response | CallError> {
    const { method = 'GET', path, headers, body } = call;
    const { baseUrl, key } = this.settings;
    try {
      const response = await fetch(baseUrl + path, {
        method,
        headers: { ...(key !== null && { authorization: `Bearer ${key}` }), ...headers },
        signal,
        ...(body && { body: body() as NonNullable<RequestInit['body']>, duplex: 'half' }),
      });
      return response.ok ? response : await toRefusal(response);
    } catch (error) {
      signal.throwIfAborted();
      return toUnreachable(baseUrl, error);
    }
  }
}
