import type { Readable } from 'node:stream';
import { Agent, errors, request, type Dispatcher } from 'undici';
import { assertNoTransaction } from '../../persistence/transaction-context';
import { ProviderCallError, type CallFailure } from '../contract/errors';
import { safeText } from './scrub';

const MAX_JSON_BYTES = 16 * 1024 * 1024;
const USER_AGENT = 'meshbatch';

export interface UpstreamClientOptions {
  readonly provider: string;
  /** Takes the place of the vendor's own base; no trailing slash. */
  readonly baseUrl: string;
  /** Headers that carry the credentials; sent to the base URL's origin only, since redirects are not followed. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long the provider may keep silent, before its headers and between pieces of its body. */
  readonly timeoutMs?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  readonly signal: AbortSignal;
}

/** HTTP to one provider: timeouts, and every way to fail told as a {@link ProviderCallError}. */
export class UpstreamClient {
  private readonly dispatcher: Agent;

  constructor(private readonly options: UpstreamClientOptions) {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    this.dispatcher = new Agent({
      connect: { timeout: CONNECT_TIMEOUT_MS },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  }

  /** Sends a call and parses its JSON answer. */
  async json(call: Call): Promise<unknown> {
    const response = await this.send(call);
    const text = await this.readText(response.body);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new ProviderCallError(
        this.options.provider,
        'ambiguous',
        'The provider did not answer with JSON',
        {},
        { cause: error },
      );
    }
  }

  postJson(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    return this.json({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
  }

  getJson(path: string, signal: AbortSignal): Promise<unknown> {
    return this.json({ method: 'GET', path, signal });
  }

  /** A download; it fails when the connection ends before the announced length. */
  async *download(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
    const { body } = await this.send({ method: 'GET', path, signal });
    try {
      yield* body as AsyncIterable<Buffer>;
    } catch (error) {
      throw this.connectionError(error);
    }
  }

  private async send(call: Call): Promise<Dispatcher.ResponseData> {
    assertNoTransaction('A call to a provider');
    let response: Dispatcher.ResponseData;
    try {
      response = await request(this.options.baseUrl + call.path, {
        method: call.method,
        headers: { 'user-agent': USER_AGENT, ...this.options.headers, ...call.headers },
        body: call.body ?? null,
        signal: call.signal,
        dispatcher: this.dispatcher,
      });
    } catch (error) {
      throw this.connectionError(error);
    }
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    throw await this.statusError(response);
  }

  private async readText(body: Readable): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > MAX_JSON_BYTES) throw new Error('The answer is too long');
        chunks.push(chunk);
      }
    } catch (error) {
      throw this.connectionError(error);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  private connectionError(error: unknown): ProviderCallError {
    const failure: CallFailure = neverConnected(error) ? 'unreachable' : 'ambiguous';
    const reason = error instanceof Error ? safeText(error.message) : 'unknown reason';
    return new ProviderCallError(
      this.options.provider,
      failure,
      `No answer from the provider: ${reason}`,
      {},
      { cause: error },
    );
  }

  private async statusError(response: Dispatcher.ResponseData): Promise<ProviderCallError> {
    const status = response.statusCode;
    const text = await this.readText(response.body).catch(() => '');
    const { code, message } = readErrorBody(text);
    const retryAfter = Number(response.headers['retry-after'] || NaN);
    return new ProviderCallError(
      this.options.provider,
      failureOfStatus(status),
      safeText(message ?? `The provider answered ${status}`),
      { status, ...(code && { code: safeText(code) }), ...(retryAfter >= 0 && { retryAfterMs: retryAfter * 1000 }) },
    );
  }
}

function failureOfStatus(status: number): CallFailure {
  if (status === 404) return 'not_found';
  if (status === 429) return 'throttled';
  if ([401, 402, 403].includes(status)) return 'unauthorized';
  // 408 and every redirect leave it open whether the call was taken.
  return status === 408 || status < 400 || status >= 500 ? 'ambiguous' : 'rejected';
}

function neverConnected(error: unknown): boolean {
  if (error instanceof errors.ConnectTimeoutError) return true;
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code);
}

/** `{error: {code, type, message}}`, the shape that most vendors share; anything else has no code and no message. */
function readErrorBody(text: string): { code?: string; message?: string } {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; type?: unknown; message?: unknown } | null };
    const code = [error?.code, error?.type].find((value) => typeof value === 'string');
    return {
      ...(typeof code === 'string' && { code }),
      ...(typeof error?.message === 'string' && { message: error.message }),
    };
  } catch {
    return {};
  }
}
