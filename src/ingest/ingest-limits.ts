/** How much one body may hold. */
export interface IngestLimits {
  /** Decoded bytes. */
  readonly maxBodyBytes: number;
  readonly maxBatchItems: number;
}

export const DEFAULT_INGEST_LIMITS: IngestLimits = { maxBodyBytes: 1024 ** 3, maxBatchItems: 1_000_000 };
