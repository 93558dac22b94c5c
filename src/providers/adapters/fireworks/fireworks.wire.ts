import { z } from 'zod';

/**
 * Shapes of the Fireworks control plane, as checked on entry. Unknown fields pass; unknown states are kept as text.
 * Source: types of the `fireworks-ai` Python package (`batch_inference_job.py`, `dataset.py`,
 * `dataset_get_download_endpoint_response.py`) and docs.fireworks.ai/api-reference, November 2026.
 */

const count = z.number().nullish().catch(null);

export const jobWire = z.object({
  /** `accounts/{account}/batchInferenceJobs/{id}` */
  name: z.string(),
  /** `JOB_STATE_…` */
  state: z.string().nullish(),
  /** In a failed job the reason; `OK` in every other. */
  status: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish().catch(null),
  jobProgress: z
    .object({
      totalInputRequests: count,
      totalProcessedRequests: count,
      successfullyProcessedRequests: count,
      failedRequests: count,
    })
    .nullish()
    .catch(null),
});
export type JobWire = z.infer<typeof jobWire>;

export const datasetWire = z.object({
  /** `UPLOADING` or `READY`. */
  state: z.string().nullish(),
});

/** By the path of each file of a dataset, a URL that is good for about ten minutes. */
export const downloadWire = z.object({ filenameToSignedUrls: z.record(z.string(), z.string()).nullish() });

/** The body of a refusal: of a gRPC status in most calls, as OpenAI's where the key is at fault. */
export const statusWire = z.object({
  code: z.union([z.string(), z.number()]).nullish(),
  message: z.string().nullish(),
});

const rowError = z.union([
  z.string(),
  z.object({ code: z.union([z.string(), z.number()]).nullish(), message: z.string().nullish() }),
]);
export type RowErrorWire = z.infer<typeof rowError>;

/**
 * A line of either output file. That a success holds the chat completion itself was seen live; of the error file the vendor
 * documents only that a line has the `custom_id` and the details of the error.
 */
export const rowWire = z.object({
  custom_id: z.string(),
  response: z.object({ choices: z.array(z.unknown()).nullish(), error: rowError.nullish() }).nullish(),
  error: rowError.nullish(),
});
