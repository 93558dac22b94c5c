import type { Readable } from 'node:stream';
import { Agent, request, type Dispatcher } from 'undici';
import { assertNoTransaction } from '../../persistence/transaction-context';
import { ProviderCallError, type CallFailure } from '../contract/errors';
import { neverConnected } from './never-connected';
import { readOpenAiRefusal, type RefusalReader } from './refusal';
import { safeMessages } from './safe-message';

const MAX_JSON_BYTES = 16 * 1024 * 1024;
const USER_AGENT = 'meshbatch';

export interface UpstreamClientOptions {
  readonly provider: string;
  /** Takes the place of the vendor's own base; no trailing slash. */
  readonly baseUrl: string;
  /** Headers that carry the credentials; sent to the base URL's origin only, since redirects are not followed. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * How long the provider may keep silent, before its headers and between pieces of its body; a minute when left out, and ten of
   * them before the headers of a call that takes long.
   */
  readonly timeoutMs?: number | undefined;
  /** How the vendor words its refusals; as OpenAI does, when left out. */
  readonly readRefusal?: RefusalReader;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_LONG_TIMEOUT_MS = 10 * DEFAULT_TIMEOUT_MS;
const CONNECT_TIMEOUT_MS = 10_000;

type Reason = NonNullable<ProviderCallError['details']['reasons']>[number];
type Headers = Dispatcher.ResponseData['headers'];

/** A call to the provider: `path` is behind the base URL. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  /** An upload or a create: the provider may read all of it before it answers, and what it made is lost on us who went away. */
  readonly takesLong?: boolean;
  readonly signal: AbortSignal;
}

/** HTTP to one provider: timeouts, and every way to fail told as a {@link ProviderCallError}. */
export class UpstreamClient {
  private readonly dispatcher: Agent;
  private readonly safe: (text: string) => string;

  constructor(private readonly options: UpstreamClientOptions) {
    this.safe = safeMessages(options.headers);
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    this.dispatcher = new Agent({
      connect: { timeout: CONNECT_TIMEOUT_MS },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  }

  /** Sends a call and parses its JSON answer. */
  async json(call: Call): Promise<unknown> {
    return this.readJson(await this.send(call));
  }

  /** Sends a call of which only the headers of the answer matter. */
  async headersOf(call: Call): Promise<Headers> {
    const response = await this.send(call);
    await this.readText(response.body);
    return response.headers;
  }

  /** As {@link json}, to a URL that the provider named: it gets no credentials, wherever it is. */
  async jsonElsewhere({ path: url, ...call }: Call): Promise<unknown> {
    return this.readJson(await this.success(await this.request(this.elsewhere(url), call.headers ?? {}, call)));
  }

  private async readJson(response: Dispatcher.ResponseData): Promise<unknown> {
    const text = await this.readText(response.body);
    try {
      return JSON.parse(text);
    } catch {
      // Without its cause, which quotes the answer.
      throw new ProviderCallError(this.options.provider, 'ambiguous', 'The provider did not answer with JSON');
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
    yield* this.bytes(await this.send({ method: 'GET', path, signal }));
  }

  /** As {@link download}, from a URL that the provider named: it gets no credentials, wherever it is. */
  async *downloadElsewhere(url: string, signal: AbortSignal): AsyncGenerator<Buffer> {
    yield* this.bytes(await this.success(await this.request(this.elsewhere(url), {}, { method: 'GET', signal })));
  }

  /** As {@link download}, of what may stand elsewhere: where a redirect leads gets no credentials. */
  async *downloadRedirected(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
    const asked = this.options.baseUrl + path;
    const response = await this.request(asked, this.ownHeaders(), { method: 'GET', signal });
    const { location } = response.headers;
    if (Math.floor(response.statusCode / 100) !== 3 || typeof location !== 'string') {
      yield* this.bytes(await this.success(response));
      return;
    }
    await response.body.dump();
    const url = URL.canParse(location, asked) ? new URL(location, asked).href : location;
    yield* this.downloadElsewhere(url, signal);
  }

  private async *bytes({ body }: Dispatcher.ResponseData): AsyncGenerator<Buffer> {
    try {
      yield* body as AsyncIterable<Buffer>;
    } catch (error) {
      throw this.connectionError(error);
    }
  }

  /** The URL, when it is as safe as our base: a name of the provider's must not lead to a plain connection. */
  private elsewhere(url: string): string {
    const isPlain = URL.canParse(url) && new URL(url).protocol === 'http:' && this.options.baseUrl.startsWith('http:');
    if (isPlain || (URL.canParse(url) && new URL(url).protocol === 'https:')) return url;
    throw new ProviderCallError(this.options.provider, 'rejected', 'The provider gave a URL of unknown form');
  }

  private async send(call: Call): Promise<Dispatcher.ResponseData> {
    const headers = { ...this.ownHeaders(), ...call.headers };
    return this.success(await this.request(this.options.baseUrl + call.path, headers, call));
  }

  private ownHeaders(): Readonly<Record<string, string>> {
    return { 'user-agent': USER_AGENT, ...this.options.headers };
  }

  private async request(
    url: string,
    headers: Readonly<Record<string, string>>,
    call: Omit<Call, 'path' | 'headers'>,
  ): Promise<Dispatcher.ResponseData> {
    assertNoTransaction('A call to a provider');
    try {
      return await request(url, {
        method: call.method,
        headers,
        body: call.body ?? null,
        signal: call.signal,
        dispatcher: this.dispatcher,
        ...(call.takesLong && { headersTimeout: this.options.timeoutMs ?? DEFAULT_LONG_TIMEOUT_MS }),
      });
    } catch (error) {
      throw this.connectionError(error);
    }
  }

  private async success(response: Dispatcher.ResponseData): Promise<Dispatcher.ResponseData> {
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
    const reason = error instanceof Error ? error.message : 'unknown reason';
    const message = this.safe(`No answer from the provider: ${reason}`);
    return new ProviderCallError(this.options.provider, failure, message, {}, { cause: error });
  }

  private async statusError(response: Dispatcher.ResponseData): Promise<ProviderCallError> {
    const status = response.statusCode;
    const text = await this.readText(response.body).catch(() => '');
    const { failure, code, message, line, reasons } = (this.options.readRefusal ?? readOpenAiRefusal)(
      status,
      parsed(text),
    );
    const retryAfter = Number(response.headers['retry-after'] || NaN);
    return new ProviderCallError(
      this.options.provider,
      failure ?? failureOfStatus(status),
      this.safe(message ?? `The provider answered ${status}`),
      {
        status,
        ...(code !== undefined && { code: this.safe(code) }),
        ...(line !== undefined && { line }),
        ...(reasons !== undefined && { reasons: reasons.map((reason) => this.safeReason(reason)) }),
        ...(retryAfter >= 0 && { retryAfterMs: retryAfter * 1000 }),
      },
    );
  }

  private safeReason(reason: Reason): Reason {
    return { ...reason, code: this.safe(reason.code), message: this.safe(reason.message) };
  }
}

function failureOfStatus(status: number): CallFailure {
  if (status === 404) return 'not_found';
  if (status === 429) return 'throttled';
  if ([401, 402, 403].includes(status)) return 'unauthorized';
  // 408 and every redirect leave it open whether the call was taken.
  return status === 408 || status < 400 || status >= 500 ? 'ambiguous' : 'rejected';
}

/** The JSON of a refusal; undefined when it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
