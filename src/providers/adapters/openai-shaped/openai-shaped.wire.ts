import { z } from 'zod';

/**
 * Shapes of the OpenAI Files and Batches APIs, as checked on entry. Unknown fields pass; unknown states are kept as text, and
 * what other vendors write in other shapes (times, reasons, counts) is judged by the mapper.
 * Source: types of the `openai` package and developers.openai.com/api/docs/guides/batch, November 2026.
 */

const counts = z.object({ total: z.number(), completed: z.number(), failed: z.number() });

/** One reason of a failed batch. */
export const reasonWire = z.object({
  code: z.union([z.string(), z.number()]).nullish(),
  message: z.string().nullish(),
  line: z.number().nullish().catch(null),
});

export const batchWire = z.object({
  id: z.string(),
  status: z.string(),
  input_file_id: z.string().nullish(),
  output_file_id: z.string().nullish(),
  error_file_id: z.string().nullish(),
  created_at: z.unknown().optional(),
  completed_at: z.unknown().optional(),
  metadata: z.record(z.string(), z.unknown()).nullish().catch(null),
  /** Null where the vendor says so; undefined where it says nothing, or nothing that can be read. */
  request_counts: counts.nullish().catch(undefined),
  errors: z.unknown().optional(),
  /** The reason of the whole batch, at vendors that have no `errors`. */
  error: z.unknown().optional(),
});
export type BatchWire = z.infer<typeof batchWire>;

export const fileWire = z.object({
  id: z.string(),
  filename: z.string().nullish(),
  status: z.string().nullish().catch(null),
  created_at: z.unknown().optional(),
});
export type FileWire = z.infer<typeof fileWire>;

/** Of an entry of a list, what the next page is asked by. */
export const idWire = z.object({ id: z.string().min(1) });

const entries = z.array(z.unknown());

/** A page of a list, in its envelope or bare; its entries may have any shape and are looked at one by one. */
export const pageWire = z.union([
  entries.transform((data) => ({ data, has_more: false, paging: null })),
  z.object({
    data: entries,
    has_more: z.boolean().nullish(),
    paging: z.object({ next_cursor: z.string().nullish() }).nullish(),
  }),
]);
export type PageWire = z.infer<typeof pageWire>;
