import { Inject, Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { request, type Dispatcher } from 'undici';
import { Clock, toUnixSeconds } from '../common/clock';
import { assertNoTransaction } from '../persistence/transaction-context';
import { RefusedTargetError } from './target-addresses';
import { TargetDispatcher } from './target-dispatcher';
import { DEFAULT_WEBHOOK_TIMEOUT_MS, WEBHOOKS_OPTIONS, type WebhooksModuleOptions } from './webhooks.options';

const MAX_REDIRECTS = 3;
/** Those after which the request stays what it was; what 303 leads to is no place to post to. */
const REDIRECTS = [301, 302, 307, 308];
/** Read so that the connection can be used again, and thrown away. */
const MAX_ANSWER_BYTES = 64 * 1024;
const USER_AGENT = 'meshbatch-webhooks';

export interface SignedMessage {
  readonly url: string;
  /** The delivery's, the same at every attempt. */
  readonly id: string;
  readonly payload: string;
  /** `whsec_…`; each signs. */
  readonly secrets: readonly string[];
}

/** What became of one attempt: an answer, or the reason why there is none. */
export interface AttemptResult {
  readonly statusCode: number | null;
  /** In words that its owner may read; null for a success. */
  readonly error: string | null;
  readonly retryAfterMs: number | null;
}

/** Posts a message by the Standard Webhooks specification, 1.0.0: https://www.standardwebhooks.com */
@Injectable()
export class DeliveryRequest {
  readonly timeoutMs: number;

  constructor(
    @Inject(WEBHOOKS_OPTIONS) { timeoutMs = DEFAULT_WEBHOOK_TIMEOUT_MS }: WebhooksModuleOptions,
    private readonly dispatcher: TargetDispatcher,
    private readonly clock: Clock,
  ) {
    this.timeoutMs = timeoutMs;
  }

  /** Never throws for what the endpoint does; throws when `stopping` aborts, or has. */
  async send(message: SignedMessage, stopping: AbortSignal): Promise<AttemptResult> {
    assertNoTransaction('A webhook');
    stopping.throwIfAborted();
    const ended = new AbortController();
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    stopping.addEventListener('abort', stop);
    void this.clock.sleep(this.timeoutMs, ended.signal).then(stop);
    try {
      return await this.follow(message, attempt.signal);
    } catch (error) {
      stopping.throwIfAborted();
      return failed(null, attempt.signal.aborted ? this.tooSlow() : reasonOf(error));
    } finally {
      stopping.removeEventListener('abort', stop);
      ended.abort();
    }
  }

  private tooSlow(): string {
    return `There was no answer within ${this.timeoutMs / 1000} seconds`;
  }

  private async follow(message: SignedMessage, signal: AbortSignal): Promise<AttemptResult> {
    let { url } = message;
    for (let redirects = 0; ; redirects++) {
      const { statusCode, headers } = await this.post(url, message, signal);
      if (statusCode >= 200 && statusCode < 300) return { statusCode, error: null, retryAfterMs: null };
      const { location } = headers;
      const isRedirect = REDIRECTS.includes(statusCode) && typeof location === 'string';
      if (!isRedirect) return failed(statusCode, `The endpoint answered ${statusCode}`, this.retryAfterMs(headers));
      if (redirects === MAX_REDIRECTS) return failed(statusCode, `There were more than ${MAX_REDIRECTS} redirects`);
      const next = redirected(location, url);
      if (next === null) return failed(statusCode, 'The endpoint redirected to no URL that can be posted to');
      url = next;
    }
  }

  private async post(url: string, message: SignedMessage, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { agent: dispatcher } = this.dispatcher;
    const headers = this.headersOf(message);
    const answer = await request(url, { method: 'POST', headers, body: message.payload, signal, dispatcher });
    // What an endpoint says counts once its status is there, however the rest of it ends.
    await answer.body.dump({ limit: MAX_ANSWER_BYTES, signal }).catch(() => undefined);
    return answer;
  }

  private headersOf({ id, payload, secrets }: SignedMessage): Record<string, string> {
    const now = this.clock.now();
    const signatures = secrets.map((secret) => new Webhook(secret).sign(id, new Date(now), payload));
    return {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'webhook-id': id,
      'webhook-timestamp': String(toUnixSeconds(now)),
      'webhook-signature': signatures.join(' '),
    };
  }

  /** Seconds or a date, as RFC 9110 has it. */
  private retryAfterMs({ 'retry-after': asked }: Dispatcher.ResponseData['headers']): number | null {
    if (typeof asked !== 'string' || asked === '') return null;
    const ms = /^\d{1,9}$/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - this.clock.now();
    return ms > 0 ? ms : null;
  }
}

function redirected(location: string, from: string): string | null {
  if (!URL.canParse(location, from)) return null;
  const url = new URL(location, from);
  const isPlain = ['https:', 'http:'].includes(url.protocol) && url.username === '' && url.password === '';
  return isPlain ? url.href : null;
}

function failed(statusCode: number | null, error: string, retryAfterMs: number | null = null): AttemptResult {
  return { statusCode, error, retryAfterMs };
}

/** The kind of failure alone: a message of the system's may hold addresses of our network. */
function reasonOf(error: unknown): string {
  if (error instanceof RefusedTargetError) return error.message;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? `The endpoint could not be reached: ${code}` : 'The endpoint could not be reached';
}
