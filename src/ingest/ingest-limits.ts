/** How much one body may hold. */
export interface IngestLimits {
  /** Decoded bytes. */
  readonly maxBodyBytes: number;
  readonly maxBatchItems: number;
}

export const DEFAULT_INGEST_LIMITS: IngestLimits = { maxBodyBytes: 256 * 1024 * 1024, maxBatchItems: 100_000 };
