/** What a failed call to a provider means for the work in hand. */
export type CallFailure =
  /** The provider took the call and said no: repeating it as it is cannot help. */
  | 'rejected'
  /** 404: what was asked for is not there, or not visible yet. */
  | 'not_found'
  /** Credentials, balance or permission (401, 402, 403): nobody's batch is at fault. */
  | 'unauthorized'
  /** 429 or a capacity code: not done, come back later. */
  | 'throttled'
  /** Timeout, reset or 5xx: it may have been done or not. */
  | 'ambiguous'
  /** The connection was never made: certainly not done. */
  | 'unreachable';

/** A call to a provider that did not succeed. Its message is scrubbed and safe to show and log. */
export class ProviderCallError extends Error {
  override readonly name = 'ProviderCallError';

  constructor(
    readonly provider: string,
    readonly failure: CallFailure,
    message: string,
    readonly details: {
      readonly status?: number;
      /** The provider's own code, when it gave one. */
      readonly code?: string;
      readonly retryAfterMs?: number;
      /** The line of what was sent that the provider refused, 1-based, where it names one. */
      readonly line?: number;
      /** Where it gives several reasons, each with its line. */
      readonly reasons?: readonly { readonly code: string; readonly message: string; readonly line: number | null }[];
    } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** True when the provider certainly did not do what was asked. */
  get certainlyNotDone(): boolean {
    return this.failure !== 'ambiguous';
  }
}

/** Whether a call failed because what it asked for is not there. */
export function isNotFound(error: unknown): error is ProviderCallError {
  return error instanceof ProviderCallError && error.failure === 'not_found';
}
