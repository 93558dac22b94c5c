/** How bodies are taken: how slow one may be, and how many at once. */
export interface BodyLimits {
  /** Milliseconds without a byte, while we wait for one, after which a body is given up. */
  readonly bodyIdleMs: number;
  /** What a body must bring on average while we wait for it, as bytes come over the wire; it has a minute's worth to spare. */
  readonly bodyMinBytesPerSecond: number;
  /** Bodies above 1 MiB, or of unknown length, that are taken at once in this process; further ones wait their turn. */
  readonly maxConcurrentBodies: number;
}

export const DEFAULT_BODY_LIMITS: BodyLimits = {
  bodyIdleMs: 30_000,
  bodyMinBytesPerSecond: 1024,
  maxConcurrentBodies: 16,
};
