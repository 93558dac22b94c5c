import { z } from 'zod';

/**
 * Shapes of the OpenAI Files and Batches APIs, as checked on entry. Unknown fields pass; unknown states are kept as text.
 * Source: types of the `openai` package and developers.openai.com/api/docs/guides/batch, November 2026.
 */

const error = z.object({
  code: z.string().nullish(),
  message: z.string().nullish(),
  line: z.number().nullish(),
});

export const batchWire = z.object({
  id: z.string(),
  status: z.string(),
  input_file_id: z.string(),
  output_file_id: z.string().nullish(),
  error_file_id: z.string().nullish(),
  created_at: z.number().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  request_counts: z.object({ total: z.number(), completed: z.number(), failed: z.number() }).nullish(),
  errors: z.object({ data: z.array(error).nullish() }).nullish(),
});
export type BatchWire = z.infer<typeof batchWire>;

export const fileWire = z.object({ id: z.string(), filename: z.string().nullish(), created_at: z.number().nullish() });
export type FileWire = z.infer<typeof fileWire>;

/** A page of a list; its entries are looked at one by one. */
export const pageWire = z.object({
  data: z.array(z.looseObject({ id: z.string() })),
  has_more: z.boolean().nullish(),
});

/** Of a result line, all but `response.body`, whose bytes are kept as they came. */
export const resultLineWire = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.number(), request_id: z.string().nullish() }).nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});
export type ResultLineWire = z.infer<typeof resultLineWire>;
