import { ApiError } from '../api-error';
import { OPENAI_DIALECT, type Dialect } from '../dialect';

const DAY_SECONDS = 86_400;
const DEPLOYMENTS = ['gpt-4o-mini-batch', 'gpt-4o-batch'];

/** Words of its own for two reasons, and one word for what it has none for. */
const CODES = {
  invalid_url: 'url_mismatch',
  mismatched_model: 'model_mismatch',
  missing_required_parameter: 'invalid_request',
  streaming_unsupported: 'invalid_request',
};

/**
 * Azure OpenAI: its own key header, uploads that take a while, batches that outlive their window, an error file of no bytes, words
 * in capitals, times as text, and no counts in the answers to a create and to a poll.
 */
export const AZURE_DIALECT: Dialect = {
  ...OPENAI_DIALECT,
  prefix: '/openai/v1',
  authorize: (headers, apiKey) => {
    if (headers['api-key'] === apiKey) return;
    throw new ApiError(401, 'Access denied due to invalid subscription key.', null, '401');
  },
  upload: { ...OPENAI_DIALECT.upload, expirySeconds: [14 * DAY_SECONDS, 30 * DAY_SECONDS] },
  create: {
    ...OPENAI_DIALECT.create,
    endpoints: {
      '/chat/completions': '/v1/chat/completions',
      '/v1/chat/completions': '/v1/chat/completions',
      '/v1/responses': '/v1/responses',
    },
  },
  lines: { ...OPENAI_DIALECT.lines, isKnownModel: (model) => DEPLOYMENTS.includes(model), codes: CODES },
  limits: { ...OPENAI_DIALECT.limits, maxLines: 100_000 },
  processingPolls: 1,
  renderBatch: (batch, call) => ({
    ...batch,
    status: batch.status[0]?.toUpperCase() + batch.status.slice(1),
    ...(call !== 'list' && { created_at: new Date(batch.created_at * 1000).toISOString(), request_counts: null }),
  }),
  neverExpires: true,
  emptyErrorFile: true,
};
