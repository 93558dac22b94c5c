import { z } from 'zod';

/**
 * Shapes of the Message Batches API, as checked on entry. Unknown fields pass; unknown words are kept as text.
 * Source: types of the `@anthropic-ai/sdk` package and the vendor's documentation of batches, November 2026.
 */

export const batchWire = z.object({
  id: z.string(),
  processing_status: z.string(),
  request_counts: z.object({
    processing: z.number(),
    succeeded: z.number(),
    errored: z.number(),
    canceled: z.number(),
    expired: z.number(),
  }),
  created_at: z.string(),
  ended_at: z.string().nullish(),
  results_url: z.string().nullish(),
});
export type BatchWire = z.infer<typeof batchWire>;

/** A page of a list; its entries are looked at one by one. */
export const pageWire = z.object({
  data: z.array(z.unknown()),
  has_more: z.boolean().nullish(),
  last_id: z.string().nullish(),
});

const count = z.number().nullish();

const messageWire = z.object({
  id: z.string(),
  model: z.string(),
  content: z.array(
    z.object({
      type: z.string(),
      text: z.string().nullish(),
      thinking: z.string().nullish(),
      id: z.string().nullish(),
      name: z.string().nullish(),
    }),
  ),
  stop_reason: z.string().nullish(),
  usage: z.object({
    input_tokens: count,
    output_tokens: count,
    cache_read_input_tokens: count,
    cache_creation_input_tokens: count,
    output_tokens_details: z.object({ thinking_tokens: count }).nullish(),
  }),
});
export type MessageWire = z.infer<typeof messageWire>;

/** The vendor's error stands inside a whole error answer. */
const errorAnswerWire = z.object({
  error: z.object({ type: z.string(), message: z.string().nullish() }),
  request_id: z.string().nullish(),
});
export type ErrorAnswerWire = z.infer<typeof errorAnswerWire>;

export const rowWire = z.object({
  custom_id: z.string(),
  result: z.discriminatedUnion('type', [
    z.object({ type: z.literal('succeeded'), message: messageWire }),
    z.object({ type: z.literal('errored'), error: errorAnswerWire }),
    z.object({ type: z.literal('canceled') }),
    z.object({ type: z.literal('expired') }),
  ]),
});
