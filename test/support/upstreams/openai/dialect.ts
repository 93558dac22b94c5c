import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error';
import { isKnownModel } from './models';
import { pageOf } from './page';
import type { BatchObject } from './types';
import type { CreateRules } from './validate-create';
import type { InputLimits, LineRules } from './validate-input';
import type { UploadRules } from './validate-upload';

/** A row of a result file; `body` is JSON text, so that it can hold numbers that JavaScript cannot. */
export interface Row {
  readonly id: string;
  readonly customId: string;
  readonly response: { readonly status: number; readonly requestId: string; readonly body: string } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What a vendor of the same API does in its own way. */
export interface Dialect {
  /** Before every path. */
  readonly prefix: string;
  readonly uploadPath: string;
  /** Throws an {@link ApiError} for a request that may not pass. */
  readonly authorize: (headers: IncomingHttpHeaders, apiKey: string) => void;
  readonly upload: UploadRules;
  readonly create: CreateRules;
  readonly lines: LineRules;
  readonly limits: InputLimits & {
    /** Bytes of all files of the account together, uploaded and produced. */
    readonly maxStoredBytes: number;
  };
  /** How many GETs of an upload find it unprocessed; a create refuses it until then. */
  readonly processingPolls: number;
  readonly createStatus: number;
  /** Batches that may be open at once; null where there is no such limit. */
  readonly maxOpen: number | null;
  readonly renderBatch: (batch: BatchObject, call: 'create' | 'get' | 'list' | 'cancel') => object;
  readonly pageOfBatches: typeof pageOf;
  /** Whether a batch runs on when its window is over. */
  readonly neverExpires: boolean;
  /** Whether a batch without failures has an error file all the same, of no bytes. */
  readonly emptyErrorFile: boolean;
  readonly row: (row: Row) => string;
}

/** OpenAI's own. */
export const OPENAI_DIALECT: Dialect = {
  prefix: '/v1',
  uploadPath: '/files',
  authorize: authorizeBearer,
  upload: {
    purpose: 'batch',
    fields: ['purpose', 'file', 'expires_after[anchor]', 'expires_after[seconds]'],
    expirySeconds: [3_600, 2_592_000],
  },
  create: {
    endpoints: sameUrls(
      '/v1/responses',
      '/v1/chat/completions',
      '/v1/embeddings',
      '/v1/completions',
      '/v1/moderations',
      '/v1/images/generations',
      '/v1/images/edits',
      '/v1/videos',
    ),
    params: ['input_file_id', 'endpoint', 'completion_window', 'metadata', 'output_expires_after'],
    isWindow: (window) => window === '24h',
    missingInput: 'refused',
  },
  lines: { isKnownModel, mixedModels: false, maxIdLength: Infinity, faultWhenRun: () => null, codes: {} },
  limits: { maxLines: 50_000, maxBytes: 200 * 1024 * 1024, maxStoredBytes: Infinity },
  processingPolls: 0,
  createStatus: 200,
  maxOpen: null,
  renderBatch: (batch) => batch,
  pageOfBatches: pageOf,
  neverExpires: false,
  emptyErrorFile: false,
  row: ({ id, customId, response, error }) =>
    `{"id":"${id}","custom_id":${JSON.stringify(customId)},"response":${responseText(response)},` +
    `"error":${JSON.stringify(error)}}`,
};

/** Throws 401 for any other key than this one. */
export function authorizeBearer({ authorization }: IncomingHttpHeaders, apiKey: string): void {
  if (authorization === `Bearer ${apiKey}`) return;
  if (authorization === undefined) throw new ApiError(401, "You didn't provide an API key.");
  throw new ApiError(401, 'Incorrect API key provided.', null, 'invalid_api_key');
}

/** The JSON text of a row's `response`. */
export function responseText(response: Row['response']): string {
  if (response === null) return 'null';
  return `{"status_code":${response.status},"request_id":"${response.requestId}","body":${response.body}}`;
}

/** Endpoints that lines name as the create does. */
export function sameUrls(...endpoints: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(endpoints.map((endpoint) => [endpoint, endpoint]));
}
