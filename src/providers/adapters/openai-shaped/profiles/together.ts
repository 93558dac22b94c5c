import { OPENAI_SHAPE, sameEndpoints, type OpenAiProfile } from '../profile';

/**
 * Together. Limits as documented by the vendor in November 2026: 50,000 requests, 100 MB a file and 10 MB a line, which the
 * vendor itself does not check before it runs. It counts nothing while a batch runs. A create whose input was withdrawn is
 * taken, and fails before anything of it runs.
 */
export const TOGETHER: OpenAiProfile = {
  ...OPENAI_SHAPE,
  id: 'together',
  baseUrl: 'https://api.together.ai/v1',
  unverified: false,
  // Without a name that looks like a browser's the vendor's front may refuse a call.
  headers: { 'user-agent': 'Mozilla/5.0 (compatible; meshbatch)' },
  endpoints: sameEndpoints('/v1/chat/completions'),
  limits: {
    extraWindows: [],
    maxItems: 50_000,
    maxBytes: 100_000_000,
    maxLineBytes: 10_000_000,
    minItems: 1,
    pollIntervalMs: 30_000,
    notFoundGraceMs: 120_000,
  },
  upload: { ...OPENAI_SHAPE.upload, path: '/files/upload', purpose: 'batch-api', nameField: 'file_name' },
  create: { ...OPENAI_SHAPE.create, metadata: false, envelope: 'job' },
  paging: 'none',
  statusWords: { canceling: 'cancelling' },
  // A failure is told as one text, which names no line in a way that can be relied on.
  lineBase: null,
  traces: { ...OPENAI_SHAPE.traces, counts: false },
};
