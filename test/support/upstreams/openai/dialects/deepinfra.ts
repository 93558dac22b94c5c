import { Refusal, type Answer } from '../../kit/types';
import { messageIn } from '../api-error';
import { OPENAI_DIALECT, sameUrls, type Dialect } from '../dialect';
import { asksForStream } from '../validate-input';

const MODELS = ['meta-llama/Meta-Llama-3.1-8B-Instruct', 'BAAI/bge-m3'];

/** A 401 has a text or an object for its reason. */
class Unauthorized extends Refusal {
  constructor(private readonly detail: string | object) {
    super('Unauthorized');
  }

  toAnswer(): Answer {
    return { status: 401, body: { detail: this.detail } };
  }
}

/**
 * DeepInfra: no counts until a batch has been validated, lines that ask for a stream and fail only when they run, an error file
 * in any case, failed lines with their status as a code, and 2 GB of files in all. How it says that there is no room for another
 * file is not documented: here it is a 400.
 */
export const DEEPINFRA_DIALECT: Dialect = {
  ...OPENAI_DIALECT,
  authorize: ({ authorization }, apiKey) => {
    if (authorization === undefined) throw new Unauthorized('Not authenticated');
    if (authorization !== `Bearer ${apiKey}`) throw new Unauthorized({ error: 'inactive user' });
  },
  create: {
    ...OPENAI_DIALECT.create,
    endpoints: sameUrls('/v1/chat/completions', '/v1/completions', '/v1/embeddings'),
  },
  lines: {
    ...OPENAI_DIALECT.lines,
    isKnownModel: (model) => MODELS.includes(model),
    faultWhenRun: (body) => (asksForStream(body) ? 500 : null),
  },
  limits: { ...OPENAI_DIALECT.limits, maxStoredBytes: 2_000_000_000 },
  renderBatch: (batch) => ({ ...batch, ...(batch.in_progress_at === null && { request_counts: null }) }),
  emptyErrorFile: true,
  maxOpen: 100,
  row: (row) => {
    if (row.response === null || row.response.status < 400) return OPENAI_DIALECT.row(row);
    const { id, customId, response } = row;
    const error = { code: String(response.status), message: messageIn(response.body), type: null };
    return JSON.stringify({ id, custom_id: customId, response: null, error });
  },
};
