import { z } from 'zod';

/**
 * Shapes of Mistral's Files and Batch APIs, as checked on entry. Unknown fields pass; unknown words are kept as text.
 * Source: `models/components/{batchjob,batcherror,fileschema,validationerror}.ts` of `@mistralai/mistralai` 2.7.0 and the
 * vendor's `openapi.yaml` (repository mistralai/platform-docs-public), November 2026.
 */

const count = z.number().nullish().catch(null);

export const jobWire = z.object({
  id: z.string(),
  status: z.string(),
  input_files: z.array(z.string()).nullish().catch(null),
  output_file: z.string().nullish(),
  error_file: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish().catch(null),
  errors: z.array(z.unknown()).nullish().catch(null),
  total_requests: count,
  succeeded_requests: count,
  failed_requests: count,
});
export type JobWire = z.infer<typeof jobWire>;

/** The vendor adds up reasons that are the same: it names neither codes nor lines. */
export const jobErrorWire = z.object({ message: z.string(), count });

export const fileWire = z.object({ id: z.string(), filename: z.string().nullish().catch(null) });

/** A page of a list; its entries are looked at one by one. */
export const pageWire = z.object({ data: z.array(z.unknown()).nullish(), total: count });

const word = z.union([z.string(), z.number()]).nullish().catch(null);

/** What a check of a field says against it. */
const complaintWire = z.object({
  loc: z.array(z.union([z.string(), z.number()])).catch([]),
  msg: z.string(),
  type: z.string().nullish().catch(null),
});
export type ComplaintWire = z.infer<typeof complaintWire>;

const detailWire = z
  .union([z.string(), z.array(complaintWire)])
  .nullish()
  .catch(null);

/** What an upload's check says against a line. */
const lineErrorWire = z.object({ message: z.string(), line_number: z.number().nullish().catch(null) });

/**
 * What the vendor says when it refuses, in the answer to a call and in the row of an item. Its services word it differently:
 * `{object:"error", message, type, param, code}` where the message may hold a `detail`, `{detail: [complaint]}`,
 * `{detail: text, message?}`, `{message, request_id}`, and of an upload `{detail, description, errors: [{message, line_number}]}`.
 */
export const refusalWire = z.object({
  message: z
    .union([z.string(), z.object({ detail: detailWire })])
    .nullish()
    .catch(null),
  type: word,
  code: word,
  detail: detailWire,
  description: z.string().nullish().catch(null),
  errors: z.array(lineErrorWire).nullish().catch(null),
});
export type RefusalWire = z.infer<typeof refusalWire>;
