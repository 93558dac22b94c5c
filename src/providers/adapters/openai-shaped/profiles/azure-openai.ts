import { OPENAI_SHAPE, type OpenAiProfile } from '../profile';

const DAY_SECONDS = 86_400;

/**
 * Azure OpenAI, `https://{resource}.openai.azure.com/openai/v1`, with a resource's key. A model is the name of a
 * deployment for batches, and is the same on every line. Limits as documented by the vendor in November 2026: 100,000
 * requests and 200 MB a file, embeddings not at all. Jobs run on after 24 hours: only our own deadline ends them. A create
 * must name an endpoint, but the vendor tells chat completions from responses by the lines.
 * Source: MicrosoftDocs/azure-ai-docs, articles/ai-foundry/openai/includes/batch/batch-python.md.
 */
export const AZURE_OPENAI: OpenAiProfile = {
  ...OPENAI_SHAPE,
  id: 'azure_openai',
  baseUrl: null,
  unverified: false,
  auth: { header: 'api-key', scheme: null },
  endpoints: {
    // Documented with and without the prefix: the vendor's example of a create has none, its lines do.
    '/v1/chat/completions': { create: '/chat/completions', line: '/v1/chat/completions' },
    '/v1/responses': { create: '/v1/responses', line: '/v1/responses' },
  },
  limits: {
    extraWindows: [],
    maxItems: 100_000,
    maxBytes: 200_000_000,
    maxLineBytes: 200_000_000,
    minItems: 1,
    // No faster than once a minute, and the time between two polls is drawn a tenth around this.
    pollIntervalMs: 67_000,
    notFoundGraceMs: 120_000,
    // Its reasoning models refuse `max_tokens`. Source: types of the `openai` package 6.49.
    answerLimit: 'max_completion_tokens',
  },
  notes: {
    ...OPENAI_SHAPE.notes,
    expiry: 'Never by itself: a job runs on after 24 hours, and our own deadline ends it.',
    refused:
      'Nothing: bodies pass through, and the provider judges them. The model is the name of a deployment for batches.',
  },
  upload: {
    ...OPENAI_SHAPE.upload,
    // 14 to 30 days. A resource holds 500 inputs that never expire, and 10,000 that do.
    expiresAfterSeconds: 14 * DAY_SECONDS,
    awaitProcessed: true,
  },
  traces: { ...OPENAI_SHAPE.traces, errorFileAlways: true },
};
