import { ApiError } from '../api-error';
import { OPENAI_DIALECT, type Dialect } from '../dialect';

const DAY_SECONDS = 86_400;
const DEPLOYMENTS = ['gpt-4o-mini-batch', 'gpt-4o-batch'];

/** Azure OpenAI: its own key header, uploads that take a while, an error file of no bytes, words in capitals and times as text. */
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
  lines: { isKnownModel: (model) => DEPLOYMENTS.includes(model), mixedModels: false },
  processingPolls: 1,
  renderBatch: (batch, call) => ({
    ...batch,
    status: batch.status[0]?.toUpperCase() + batch.status.slice(1),
    ...(call !== 'list' && { created_at: new Date(batch.created_at * 1000).toISOString() }),
    ...(batch.status === 'validating' && { request_counts: null }),
  }),
  emptyErrorFile: true,
};
