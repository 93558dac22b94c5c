import { z } from 'zod';

/**
 * Shapes of the Files and Batches APIs, as checked on entry. Unknown fields pass; what may take several shapes is judged by the
 * mappers. A batch has no status: its counts tell. Its times are days without an hour, so that nothing is concluded from them.
 * Source: docs.x.ai/developers/advanced-api-usage/batch-api, the gRPC stubs of xai-org/xai-sdk-python (`batch_pb2.pyi`), the
 * `@ai-sdk/xai` package, and answers that others captured in August 2026.
 */

/** Entries asked for at a time in the lists of batches and of files. */
export const LIST_PAGE = 100;

const count = z.number().nullish();

export const batchWire = z.object({
  batch_id: z.string(),
  name: z.string().nullish(),
  cancel_time: z.string().nullish(),
  /** Why the vendor itself ended the batch, an invalid line for example. */
  cancel_by_xai_message: z.string().nullish(),
  state: z
    .object({
      num_requests: count,
      num_pending: count,
      num_success: count,
      num_error: count,
      num_cancelled: count,
    })
    .nullish(),
});
export type BatchWire = z.infer<typeof batchWire>;

export const fileWire = z.object({
  id: z.string(),
  filename: z.string().nullish(),
  /** Seconds since the epoch. */
  created_at: z.number().nullish(),
});

/** What is told of a request beside its result; its `state` is pending, succeeded, failed or cancelled. */
export const requestWire = z.object({ batch_request_id: z.string(), state: z.string() });

/** A page of a list: its entries, to be looked at one by one, and the token of the next page. */
export interface ListPage {
  readonly entries: readonly unknown[];
  readonly next: string | null;
}

const token = z.string().nullish();

export const batchesWire = z
  .object({ batches: z.array(z.unknown()), pagination_token: token })
  .transform(({ batches, pagination_token: next }): ListPage => ({ entries: batches, next: next || null }));

export const requestsWire = z
  .object({ batch_request_metadata: z.array(z.unknown()), pagination_token: token })
  .transform(({ batch_request_metadata: entries, pagination_token: next }): ListPage => ({
    entries,
    next: next || null,
  }));

/** The list of files gives a token with its last page too, which is told by being short. */
export const filesWire = z
  .object({ data: z.array(z.unknown()), pagination_token: token })
  .transform(({ data, pagination_token: next }): ListPage => ({
    entries: data,
    next: data.length < LIST_PAGE ? null : next || null,
  }));

/** An error is a text in every answer that was captured; the vendor's types have a code too. */
const errorWire = z.union([
  z.string().transform((message) => ({ code: null, message })),
  z.object({ code: z.union([z.string(), z.number()]).nullish(), message: z.string().nullish() }),
]);
export type ErrorWire = z.infer<typeof errorWire>;

/** A row of the results, all but the completion, whose bytes are kept as they came. */
export const rowWire = z.object({
  batch_request_id: z.string(),
  batch_result: z
    .object({
      response: z.object({ chat_get_completion: z.unknown().optional() }).nullish(),
      error: errorWire.nullish(),
    })
    .nullish(),
  error_message: z.string().nullish(),
});
export type RowWire = z.infer<typeof rowWire>;

/** A completion that can be given back. */
export const completionWire = z.object({ choices: z.array(z.unknown()) });

/** `{code, error}` in an answer that is no success, and in place of a completion. */
export const refusalWire = z.object({ code: z.union([z.string(), z.number()]).nullish(), error: z.string() });
