import { OPENAI_SHAPE, sameEndpoints, type OpenAiProfile } from '../profile';

const MB = 1_000_000;

/** Where a vendor documents no limits: parts so small that any likely limit is kept, and polls so rare that none is met. */
const CAUTIOUS: OpenAiProfile['limits'] = {
  extraWindows: [],
  maxItems: 10_000,
  maxBytes: 50 * MB,
  maxLineBytes: 10 * MB,
  minItems: 1,
  pollIntervalMs: 60_000,
  notFoundGraceMs: 120_000,
};

const UNVERIFIED: Omit<OpenAiProfile, 'id' | 'baseUrl'> = {
  ...OPENAI_SHAPE,
  unverified: true,
  endpoints: sameEndpoints('/v1/chat/completions'),
  limits: CAUTIOUS,
  lineBase: null,
};

/** A window of 12 hours to 7 days and 100 MB a file; its own values of the sampling fields must not even be repeated. */
const MOONSHOT: OpenAiProfile = {
  ...UNVERIFIED,
  id: 'moonshot',
  baseUrl: 'https://api.moonshot.cn/v1',
  limits: { ...CAUTIOUS, extraWindows: ['12h', '7d'], maxBytes: 100 * MB },
  refusedFields: ['temperature', 'top_p', 'n', 'presence_penalty', 'frequency_penalty'],
};

const ZHIPU: OpenAiProfile = {
  ...UNVERIFIED,
  id: 'zhipu',
  baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
  endpoints: { '/v1/chat/completions': { create: '/v4/chat/completions', line: '/v4/chat/completions' } },
};

/** A key belongs to one region, and the base URL with it: `https://dashscope[-intl].aliyuncs.com/compatible-mode/v1`. */
const QWEN: OpenAiProfile = {
  ...UNVERIFIED,
  id: 'qwen',
  baseUrl: null,
  limits: { ...CAUTIOUS, extraWindows: ['336h'] },
};

const SILICONFLOW: OpenAiProfile = {
  ...UNVERIFIED,
  id: 'siliconflow',
  baseUrl: 'https://api.siliconflow.cn/v1',
  // Not certain to be there, so it is taken off where it is.
  upload: { ...OPENAI_SHAPE.upload, envelope: 'data' },
  statusWords: { in_queue: 'validating' },
};

/**
 * Its window is 48 hours, whatever is asked for: our own deadline comes first.
 * Source: novita.ai/docs/api-reference/model-apis-llm-create-batch, by which the window is fixed at 48 hours.
 */
const NOVITA: OpenAiProfile = {
  ...UNVERIFIED,
  id: 'novita',
  baseUrl: 'https://api.novita.ai/openai/v1',
  notes: {
    ...OPENAI_SHAPE.notes,
    expiry: 'After 48 hours there, whatever is asked for; our own deadline comes first.',
  },
};

/** Without a host of its own that is certain. Downloads are answered with a redirect to a store of objects. */
const PARASAIL: OpenAiProfile = { ...UNVERIFIED, id: 'parasail', baseUrl: null, contentRedirects: true };

/** Batches run the Agent API, whose requests and answers are those of `/v1/responses`; chat completions are not batched. */
const PERPLEXITY: OpenAiProfile = {
  ...UNVERIFIED,
  id: 'perplexity',
  baseUrl: 'https://api.perplexity.ai/v1',
  endpoints: { '/v1/responses': { create: '/v1/agent', line: '/v1/agent' } },
  limits: { ...CAUTIOUS, maxItems: 50_000, maxBytes: 200 * MB },
  create: { ...OPENAI_SHAPE.create, idempotencyHeader: 'idempotency-key' },
};

/** Doubleword's control layer, hosted or an operator's own. */
const DOUBLEWORD: OpenAiProfile = {
  ...UNVERIFIED,
  id: 'doubleword',
  baseUrl: null,
  limits: { ...CAUTIOUS, extraWindows: ['1h'] },
};

/** Known from documentation alone, and from little of it. */
export const UNVERIFIED_PROFILES: readonly OpenAiProfile[] = [
  MOONSHOT,
  ZHIPU,
  QWEN,
  SILICONFLOW,
  NOVITA,
  PARASAIL,
  PERPLEXITY,
  DOUBLEWORD,
];
