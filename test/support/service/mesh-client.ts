import type { BatchBody } from './api-client';

const RETRIED = [429, 502, 503, 504];
const EXTRA_TRIES = 3;
const [FIRST_WAIT_MS, LONGEST_WAIT_MS, JITTER] = [500, 30_000, 0.2];
const TIMEOUT_MS = 60_000;
/** The code of an error whose body has none. */
const CODES: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'unauthorized',
  402: 'spend_limit_exceeded',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  422: 'validation_error',
  429: 'rate_limit_exceeded',
  500: 'upstream_error',
  502: 'upstream_error',
  503: 'upstream_error',
  504: 'upstream_error',
};

interface ErrorAnswer {
  readonly error?: { code?: string; message?: string; details?: unknown; retry_after_seconds?: number };
  readonly detail?: unknown;
  readonly request_id?: string;
}

/** What a caller of a Mesh SDK catches. */
export class MeshError extends Error {
  override readonly name = 'MeshError';

  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly requestId: string | null,
    readonly details: unknown = undefined,
    readonly retryAfterSeconds: number | undefined = undefined,
  ) {
    super(message);
  }
}

export interface MeshClientOptions {
  readonly baseUrl: string;
  readonly token: string;
  readonly version?: string;
  /** Waits before a further try; in a test, for no time. */
  readonly wait: (ms: number) => Promise<void>;
  readonly fetch?: typeof fetch;
}

export interface MeshBatchItem {
  readonly custom_id: string;
  readonly method?: string | null;
  readonly url?: string | null;
  readonly body: Record<string, unknown>;
}

/** Does what the official SDKs of Mesh API do on the wire, written from what is known of them and not from their code. */
export class MeshClient {
  /** The headers of the last answer. */
  lastHeaders = new Headers();

  constructor(private readonly options: MeshClientOptions) {}

  readonly batches = {
    create: (batch: { requests: MeshBatchItem[]; completion_window?: string | null; metadata?: object | null }) =>
      this.request<BatchBody>('POST', '/v1/batches', {
        ...withoutNulls(batch),
        requests: batch.requests.map((item) => ({
          method: 'POST',
          url: '/v1/chat/completions',
          ...withoutNulls(item),
        })),
      }),
    list: (query: { after?: string; limit?: number } = {}) =>
      this.request<{ object: string; data: BatchBody[]; has_more: boolean }>('GET', `/v1/batches${toQuery(query)}`),
    get: (id: string) => this.request<BatchBody>('GET', `/v1/batches/${encodeURIComponent(id)}`),
    cancel: (id: string) => this.request<BatchBody>('POST', `/v1/batches/${encodeURIComponent(id)}/cancel`, {}),
  };

  private async request<T>(method: string, path: string, body?: object): Promise<T> {
    for (let tried = 0; ; tried++) {
      const response = await this.send(method, path, body);
      this.lastHeaders = response.headers;
      if (!RETRIED.includes(response.status) || tried === EXTRA_TRIES) return read<T>(response);
      await response.arrayBuffer();
      await this.options.wait(waitMs(tried, response.headers.get('retry-after')));
    }
  }

  private send(method: string, path: string, body?: object): Promise<Response> {
    const { baseUrl, token, version, fetch: send = fetch } = this.options;
    return send(baseUrl.replace(/\/$/, '') + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        // Of a request without a body too.
        'content-type': 'application/json',
        'x-meshapi-sdk': 'conformance/1.0',
        ...(version !== undefined && { 'x-mesh-version': version }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }
}

/** Doubling, within bounds; a number of seconds in `Retry-After` stands in its place. */
function waitMs(tried: number, retryAfter: string | null): number {
  const told = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : null;
  const base = Math.min(told ?? FIRST_WAIT_MS * 2 ** tried, LONGEST_WAIT_MS);
  return base * (1 + JITTER * (2 * Math.random() - 1));
}

async function read<T>(response: Response): Promise<T> {
  const header = response.headers.get('x-request-id');
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  const text = await response.text();
  if (!isJson) throw new MeshError('The answer is no JSON', response.status, 'parse_error', header);
  const answer = JSON.parse(text) as unknown;
  if (response.ok) return answer as T;
  const { error = {}, detail, request_id } = answer as ErrorAnswer;
  const message = error.message ?? (typeof detail === 'string' ? detail : response.statusText);
  const code = error.code ?? CODES[response.status] ?? 'http_error';
  throw new MeshError(message, response.status, code, request_id ?? header, error.details, error.retry_after_seconds);
}

function withoutNulls<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== null && each !== undefined),
  ) as Partial<T>;
}

function toQuery(query: object): string {
  const text = new URLSearchParams(withoutNulls(query) as Record<string, string>).toString();
  return text === '' ? '' : `?${text}`;
}
