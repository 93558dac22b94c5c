import { OPENAI_SHAPE, sameEndpoints, type OpenAiProfile } from '../profile';

/**
 * Groq. Limits as documented by the vendor in November 2026: 50,000 requests and 200 MB a file. Items expire often under
 * load, so a caller who has the time asks for the longest window. Of windows the vendor says "durations from `24h` to `7d`"
 * (console.groq.com/docs/api-reference#batches-create), and shows none in between: only these two are offered.
 */
export const GROQ: OpenAiProfile = {
  ...OPENAI_SHAPE,
  id: 'groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  unverified: false,
  endpoints: sameEndpoints('/v1/chat/completions'),
  notes: {
    ...OPENAI_SHAPE.notes,
    expiry:
      'Often under load: items that did not run in the window carry `batch_expired`. Ask for `7d` where there is time.',
  },
  limits: {
    extraWindows: ['7d'],
    maxItems: 50_000,
    maxBytes: 200_000_000,
    maxLineBytes: 200_000_000,
    minItems: 1,
    pollIntervalMs: 15_000,
    notFoundGraceMs: 120_000,
  },
  paging: 'cursor',
};
