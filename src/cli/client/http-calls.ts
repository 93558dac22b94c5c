import type { Readable } from 'node:stream';
import { backoffMs } from '../../common/backoff';
import type { Clock } from '../../common/clock';
import type { Random } from '../../common/random';
import type { ClientSettings } from '../../config/client-settings';
import { toRefusal, toUnreachable, type RefusedError } from './call-errors';

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

/** Tries after the first. */
const MAX_RETRIES = 5;
const LONGEST_WAIT_MS = 300_000;
const RETRIED_STATUSES = [429, 502, 503, 504];
/** That pass with time, but not soon or not by themselves. */
const NOT_RETRIED_CODES = ['batch_limit_exceeded', 'storage_limit_exceeded', 'provider_not_available'];

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
    for (let failures = 0; ; failures++) {
      const response = await this.attempt(call, signal);
      if (response.ok) return response;
      const refusal = await toRefusal(response);
      if (failures === MAX_RETRIES || !isWorthRetrying(refusal)) throw refusal;
      await this.clock.sleep(refusal.retryAfterMs ?? backoffMs(failures, this.random), signal);
      signal.throwIfAborted();
    }
  }

  private async attempt({ method = 'GET', path, headers, body }: Call, signal: AbortSignal): Promise<Response> {
    const { baseUrl, key } = this.settings;
    try {
      return await fetch(baseUrl + path, {
        method,
        headers: { ...(key !== null && { authorization: `Bearer ${key}` }), ...headers },
        signal,
        ...(body && { body: body() as NonNullable<RequestInit['body']>, duplex: 'half' }),
      });
    } catch (error) {
      signal.throwIfAborted();
      throw toUnreachable(baseUrl, error);
    }
  }
}

function isWorthRetrying({ status, code, retryAfterMs }: RefusedError): boolean {
  if (code === 'idempotency_in_progress') return true;
  if (NOT_RETRIED_CODES.includes(code) || (retryAfterMs ?? 0) > LONGEST_WAIT_MS) return false;
  return RETRIED_STATUSES.includes(status);
}
