/** How bodies are taken: how slow one may be, and how many at once. */
export interface BodyLimits {
  /** Milliseconds without a byte, while we wait for one, after which a body is given up. */
  readonly bodyIdleMs: number;
  /** What a body must bring on average while we wait for it, as bytes come over the wire; it has a minute's worth to spare. */
  readonly bodyMinBytesPerSecond: number;
  /** Bodies above 1 MiB, or of unknown length, that are taken at once in this process, of one owner at most half of them; others wait. */
  readonly maxConcurrentBodies: number;
  /** How long such a body waits for its turn, in milliseconds, before it is refused. */
  readonly bodyWaitMs: number;
}

export const DEFAULT_BODY_LIMITS: BodyLimits = {
  bodyIdleMs: 30_000,
  bodyMinBytesPerSecond: 1024,
  maxConcurrentBodies: 16,
  bodyWaitMs: 300_000,
};
