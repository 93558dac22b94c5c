import { z } from 'zod';

/**
 * Shapes of the Batch API, as checked on entry. Unknown fields pass; unknown words are kept as text.
 * Source: the vendor's OpenAPI document under openrouter.ai/docs/api/api-reference/batch and openrouter.ai/docs/batch-quickstart,
 * as of November 2026.
 */

const counts = z.object({ total: z.number(), completed: z.number(), failed: z.number() });

/** A batch without its results: an entry of the list, the answer to a create, or the small fields of a get. */
export const batchWire = z.object({
  id: z.string(),
  status: z.string(),
  /** Seconds since the epoch, whole ones; NaN where it says no such time. */
  created_at: z.number().catch(NaN),
  endpoint: z.string().nullish(),
  request_counts: counts.nullish().catch(null),
  /** Null until something was charged. */
  usage: z.unknown().optional(),
  /** The reason of a batch that failed: a message and nothing else. */
  error: z.object({ message: z.string() }).nullish().catch(null),
});
export type BatchWire = z.infer<typeof batchWire>;

/** A page of a list, newest first; its entries are looked at one by one. */
export const pageWire = z.object({
  data: z.array(z.unknown()),
  has_more: z.boolean().nullish(),
  last_id: z.string().nullish(),
});

/** A row of the results whose request got no answer. */
export const failedRowWire = z.object({
  custom_id: z.string(),
  error: z.object({
    type: z.string().nullish(),
    /** One of a list of words that the vendor calls the same in all its APIs; newer than `type`. */
    error_type: z.string().nullish(),
    message: z.string().nullish(),
    param: z.string().nullish().catch(null),
  }),
});
