import { ApiError, messageIn } from '../api-error';
import { authorizeBearer, OPENAI_DIALECT, responseText, sameUrls, type Dialect } from '../dialect';
import type { BatchObject } from '../types';
import { asksForStream, isPoisoned } from '../validate-input';

const MODELS = ['meta-llama/Llama-3.3-70B-Instruct-Turbo', 'Qwen/Qwen2.5-7B-Instruct-Turbo'];

/**
 * Together: another way to upload, a create that answers in an envelope and does not look for its input, states in capitals,
 * no counts, times as text, lists without an envelope, rows of its own, and parameters that are looked at only when a line runs.
 */
export const TOGETHER_DIALECT: Dialect = {
  ...OPENAI_DIALECT,
  uploadPath: '/files/upload',
  authorize: (headers, apiKey) => {
    if (!/^Mozilla\//.test(headers['user-agent'] ?? '')) throw new ApiError(403, 'error code: 1010', null, '1010');
    authorizeBearer(headers, apiKey);
  },
  upload: { ...OPENAI_DIALECT.upload, purpose: 'batch-api', fields: ['purpose', 'file_name', 'file'] },
  create: {
    endpoints: sameUrls('/v1/chat/completions'),
    params: ['input_file_id', 'endpoint', 'completion_window', 'model_id'],
    isWindow: (window) => window === '24h',
    missingInput: 'failed later',
  },
  lines: {
    ...OPENAI_DIALECT.lines,
    isKnownModel: (model) => MODELS.includes(model),
    mixedModels: true,
    maxIdLength: 64,
    faultWhenRun: (body) => (asksForStream(body) || isPoisoned(body) ? 400 : null),
  },
  limits: { ...OPENAI_DIALECT.limits, maxBytes: 100 * 1024 * 1024 },
  createStatus: 201,
  renderBatch: (batch, call) => (call === 'create' ? { job: jobOf(batch) } : jobOf(batch)),
  pageOfBatches: (all) => all,
  row: ({ id, customId, response, error }) => {
    if (response && response.status < 400) {
      return `{"id":"${id}","custom_id":${JSON.stringify(customId)},"response":${responseText(response)}}`;
    }
    const reason = error ?? { code: 'batch_client_error', message: messageIn(response?.body ?? '') };
    return JSON.stringify({ id, custom_id: customId, error: reason });
  },
};

function jobOf(batch: BatchObject): object {
  const { total, completed, failed } = batch.request_counts;
  const { errors, output_file_id: output, error_file_id: error } = batch;
  return {
    id: batch.id,
    input_file_id: batch.input_file_id,
    endpoint: batch.endpoint,
    status: batch.status === 'cancelling' ? 'CANCELING' : batch.status.toUpperCase(),
    progress: total === 0 ? 0 : Math.round((100 * (completed + failed)) / total),
    created_at: new Date(batch.created_at * 1000).toISOString(),
    ...(output && { output_file_id: output }),
    ...(error && { error_file_id: error }),
    ...(errors && { error: errors.data[0]?.message }),
  };
}
