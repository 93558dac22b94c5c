import { z } from 'zod';

/**
 * Shapes of the Gemini API, as checked on entry. Unknown fields pass; unknown words are kept as text.
 * Source: types and converters of the `@google/genai` package and ai.google.dev/api/batch-api, November 2026.
 */

/** An int64 is written as text, and left out when it is 0. */
const int64 = z.union([z.string().regex(/^\d+$/), z.number()]).transform(Number);
const text = z.string().nullish().catch(null);

/** A `google.rpc.Status`. */
export const statusWire = z.object({ code: z.number().nullish(), status: text, message: text });
export type StatusWire = z.infer<typeof statusWire>;

const metadataWire = z.object({
  model: text,
  displayName: text,
  state: text,
  createTime: text,
  updateTime: text,
  endTime: text,
  batchStats: z
    .object({
      requestCount: int64.nullish(),
      successfulRequestCount: int64.nullish(),
      failedRequestCount: int64.nullish(),
    })
    .nullish()
    .catch(null),
  output: z.object({ responsesFile: text }).nullish().catch(null),
});

/** A batch, without its requests and its answers. */
export const operationWire = z.object({
  name: z.string(),
  metadata: metadataWire.nullish(),
  response: z.object({ responsesFile: text }).nullish().catch(null),
  error: statusWire.nullish().catch(null),
});
/** What is known of a batch while its document is read. */
export const partialOperationWire = operationWire.partial({ name: true });
export type PartialOperationWire = z.infer<typeof partialOperationWire>;
export type OperationWire = z.infer<typeof operationWire>;

/** A page of a list of batches; its entries are looked at one by one. */
export const operationsWire = z.object({ operations: z.array(z.unknown()).nullish(), nextPageToken: text });
export type OperationsWire = z.infer<typeof operationsWire>;

export const fileWire = z.object({ name: z.string(), displayName: text, state: text });

/** A page of a list of files; its entries are looked at one by one. */
export const filesWire = z.object({ files: z.array(z.unknown()).nullish(), nextPageToken: text });
export type FilesWire = z.infer<typeof filesWire>;

/** The answer to an upload. */
export const uploadWire = z.object({ file: fileWire });

const count = z.number().nullish();

const logprobWire = z.object({ token: text, logProbability: z.number().nullish() });
export type LogprobWire = z.infer<typeof logprobWire>;

const partWire = z.object({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  thoughtSignature: text,
  functionCall: z.object({ id: text, name: text }).nullish(),
  inlineData: z.object({ mimeType: z.string(), data: z.string() }).nullish(),
});
export type PartWire = z.infer<typeof partWire>;

const candidateWire = z.object({
  index: count,
  content: z.object({ parts: z.array(partWire).nullish() }).nullish(),
  finishReason: text,
  finishMessage: text,
  logprobsResult: z
    .object({
      chosenCandidates: z.array(logprobWire).nullish(),
      topCandidates: z.array(z.object({ candidates: z.array(logprobWire).nullish() })).nullish(),
    })
    .nullish(),
});
export type CandidateWire = z.infer<typeof candidateWire>;

/** The answer to a chat. */
export const generatedWire = z.object({
  responseId: text,
  modelVersion: text,
  candidates: z.array(candidateWire).nullish(),
  promptFeedback: z.object({ blockReason: text }).nullish(),
  usageMetadata: z
    .object({
      promptTokenCount: count,
      toolUsePromptTokenCount: count,
      cachedContentTokenCount: count,
      candidatesTokenCount: count,
      thoughtsTokenCount: count,
    })
    .nullish(),
});
export type GeneratedWire = z.infer<typeof generatedWire>;

/** The answer to an embedding; its tokens are counted at one place, the other, or not at all. */
export const embeddedWire = z.object({
  embedding: z.object({ values: z.array(z.number()) }),
  tokenCount: int64.nullish().catch(null),
  usageMetadata: z.object({ promptTokenCount: count }).nullish().catch(null),
});
export type EmbeddedWire = z.infer<typeof embeddedWire>;

/** A row, of a file or inline; its response is looked at by itself. */
export const rowWire = z.object({
  key: z.string().nullish(),
  metadata: z.object({ key: z.string().nullish() }).nullish(),
  response: z.unknown().optional(),
  error: statusWire.nullish(),
});
