/** A detail of a refusal that names its place, such as `["body", "requests", 17, "body", "model"]`. */
export interface PlacedFault {
  readonly loc: readonly (string | number)[];
  readonly msg?: string;
  readonly model?: string;
}

/** Server errors after which there is certainly nothing: the service has them from before it does anything, or after it undid it. */
const CLEAR_STATUSES = [501, 503, 507];
/** The code of an answer that is not in the service's envelope, such as a proxy's own. */
const FOREIGN = 'http_error';
/** Another request by the same key has not ended; it may be an earlier try. */
export const IN_PROGRESS = 'idempotency_in_progress';

/** A call that did not succeed. */
export abstract class CallError extends Error {
  private isAfterUnclear = false;

  /** Whether the try that ended so certainly made nothing. */
  protected abstract get tryMadeNothing(): boolean;

  /** Whether the call, with all of its tries, certainly made nothing. */
  get madeNothing(): boolean {
    return this.tryMadeNothing && !this.isAfterUnclear;
  }

  /** The error, which remembers whether an earlier one of the same call may have made something. */
  after(earlier: CallError | null): this {
    if (earlier !== null && !earlier.madeNothing) this.isAfterUnclear = true;
    return this;
  }
}

/** What the service answered in place of what was asked for. */
export class RefusedError extends CallError {
  override readonly name = 'RefusedError';

  constructor(
    readonly status: number,
    /** Such as `validation_error`; `http_error` when the answer was not in the service's envelope. */
    readonly code: string,
    message: string,
    readonly details: unknown,
    /** How many more faults there are than `details` lists. */
    readonly more: number,
    readonly requestId: string | null,
    /** When to ask again, in milliseconds; null when it was not told. */
    readonly retryAfterMs: number | null,
  ) {
    super(message);
  }

  protected override get tryMadeNothing(): boolean {
    if (this.code === IN_PROGRESS) return false;
    // A proxy does not know what the service still does, and a 409 that broke off may have been of one in progress.
    if (this.code === FOREIGN) return this.status < 500 && this.status !== 409;
    return this.status < 500 || CLEAR_STATUSES.includes(this.status);
  }
}

/** No answer came, or not all of it. */
export class UnreachableError extends CallError {
  override readonly name = 'UnreachableError';

  constructor(
    readonly baseUrl: string,
    /** Such as `ECONNREFUSED`. */
    readonly code: string,
    cause: unknown,
  ) {
    super(`${baseUrl} cannot be reached (${code})`, { cause });
  }

  /** Nothing was sent where there was no connection. */
  protected override get tryMadeNothing(): boolean {
    return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(this.code);
  }
}

/** Reads an answer that is not a success. */
export async function toRefusal(response: Response): Promise<RefusedError> {
  const text = await response.text().catch(() => '');
  const { error, requestId } = readEnvelope(text);
  const message = typeof error.message === 'string' ? error.message : `The answer is ${response.status}.`;
  return new RefusedError(
    response.status,
    typeof error.code === 'string' ? error.code : FOREIGN,
    message,
    error.details,
    typeof error.more === 'number' ? error.more : 0,
    requestId ?? response.headers.get('x-request-id'),
    retryAfterMs(response.headers.get('retry-after')),
  );
}

function readEnvelope(text: string): { error: Record<string, unknown>; requestId: string | null } {
  try {
    const body = JSON.parse(text) as { error?: Record<string, unknown>; request_id?: unknown } | null;
    const requestId = typeof body?.request_id === 'string' ? body.request_id : null;
    return { error: body?.error ?? {}, requestId };
  } catch {
    return { error: {}, requestId: null };
  }
}

/** Whole seconds: the service writes no dates. */
function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
}

/** What a failed `fetch` says of why. */
export function toUnreachable(baseUrl: string, error: unknown): UnreachableError {
  const cause = (error as { cause?: { code?: unknown; errors?: { code?: unknown }[] } }).cause;
  // Of a host with several addresses each was tried.
  const code = cause?.code ?? cause?.errors?.[0]?.code;
  return new UnreachableError(baseUrl, typeof code === 'string' ? code : 'the connection broke', error);
}
