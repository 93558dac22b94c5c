import { messageIn } from '../api-error';
import { OPENAI_DIALECT, sameUrls, type Dialect } from '../dialect';

const MODELS = ['meta-llama/Meta-Llama-3.1-8B-Instruct', 'BAAI/bge-m3'];

/** DeepInfra: no counts while it validates, an error file in any case, and failed lines with their status as a code. */
export const DEEPINFRA_DIALECT: Dialect = {
  ...OPENAI_DIALECT,
  create: {
    ...OPENAI_DIALECT.create,
    endpoints: sameUrls('/v1/chat/completions', '/v1/completions', '/v1/embeddings'),
  },
  lines: { isKnownModel: (model) => MODELS.includes(model), mixedModels: false },
  renderBatch: (batch) => ({ ...batch, ...(batch.status === 'validating' && { request_counts: null }) }),
  emptyErrorFile: true,
  maxOpen: 100,
  row: (row) => {
    if (row.response === null || row.response.status < 400) return OPENAI_DIALECT.row(row);
    const { id, customId, response } = row;
    const error = { code: String(response.status), message: messageIn(response.body), type: null };
    return JSON.stringify({ id, custom_id: customId, response: null, error });
  },
};
