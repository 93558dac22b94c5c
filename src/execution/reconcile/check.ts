/** Something that is not as it should be. */
export interface Finding {
  /** The id or the key of what is wrong. */
  readonly subject: string;
  /** A sentence for the operator. */
  readonly message: string;
  /** Puts it right; resolves to whether that was still to be done. Left out where only an operator can. */
  readonly repair?: () => Promise<boolean>;
}

/** Compares what belongs together, and changes nothing. */
export interface Check {
  /** What its findings are called, in logs, metrics and the operator's report. */
  readonly kind: string;
  /** `rows` are looked at every minute or so, `blobs` are walked through once in hours. */
  readonly scope: 'rows' | 'blobs';
  /** Ends early when `signal` does. */
  find(signal: AbortSignal): AsyncIterable<Finding>;
}

export const CHECKS = Symbol('meshbatch:checks');
