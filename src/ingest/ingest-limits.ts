/** How much one body may hold. */
export interface IngestLimits {
  /** Decoded bytes. */
  readonly maxBodyBytes: number;
  readonly maxBatchItems: number;
}

export const DEFAULT_INGEST_LIMITS: IngestLimits = { maxBodyBytes: 1024 ** 3, maxBatchItems: 1_000_000 };

/** Those that are set, and the others as they are by default. */
export function ingestLimits({ maxBodyBytes, maxBatchItems }: Partial<IngestLimits>): IngestLimits {
  return {
    maxBodyBytes: maxBodyBytes ?? DEFAULT_INGEST_LIMITS.maxBodyBytes,
    maxBatchItems: maxBatchItems ?? DEFAULT_INGEST_LIMITS.maxBatchItems,
  };
}
