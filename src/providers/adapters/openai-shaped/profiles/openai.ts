import { OPENAI_SHAPE, sameEndpoints, type OpenAiProfile } from '../profile';

/** Limits as documented by the vendor in November 2026: 50,000 requests and 200 MB a file, and 50,000 inputs of embeddings in all of it. */
export const OPENAI: OpenAiProfile = {
  ...OPENAI_SHAPE,
  id: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  unverified: false,
  newestFirst: true,
  endpoints: sameEndpoints('/v1/chat/completions', '/v1/responses', '/v1/embeddings', '/v1/completions'),
  limits: {
    extraWindows: [],
    maxItems: 50_000,
    maxBytes: 200_000_000,
    maxLineBytes: 200_000_000,
    minItems: 1,
    maxEmbeddingInputs: 50_000,
    pollIntervalMs: 15_000,
    notFoundGraceMs: 120_000,
    // Its reasoning models refuse `max_tokens`. Source: types of the `openai` package 6.49.
    answerLimit: 'max_completion_tokens',
    // "Up to 4 sequences", in the same types.
    maxStopSequences: 4,
  },
};
