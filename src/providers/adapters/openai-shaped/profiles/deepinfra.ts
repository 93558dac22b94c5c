import { OPENAI_SHAPE, sameEndpoints, type OpenAiProfile } from '../profile';

/**
 * DeepInfra. Limits as documented by the vendor in November 2026: 50,000 requests and 200 MB a file, 100 batches at a time
 * and 2 GB of files. A cancel is best effort: a batch often completes in spite of it.
 */
export const DEEPINFRA: OpenAiProfile = {
  ...OPENAI_SHAPE,
  id: 'deepinfra',
  baseUrl: 'https://api.deepinfra.com/v1',
  unverified: false,
  endpoints: sameEndpoints('/v1/chat/completions', '/v1/completions', '/v1/embeddings'),
  notes: {
    ...OPENAI_SHAPE.notes,
    cancel: 'Best effort: a batch often completes in spite of it, and is then paid for and kept.',
  },
  limits: {
    extraWindows: [],
    maxItems: 50_000,
    maxBytes: 200_000_000,
    maxLineBytes: 200_000_000,
    minItems: 1,
    maxConcurrentJobs: 100,
    pollIntervalMs: 15_000,
    notFoundGraceMs: 120_000,
  },
  traces: { counts: true, nullUntilValidated: true, errorFileAlways: true },
};
