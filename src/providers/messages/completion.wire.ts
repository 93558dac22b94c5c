import { z } from 'zod';

/** What is read of a chat completion, of whichever vendor; unknown fields pass. */

/** Some vendors, such as Mistral, give the content of a thinking model in parts. */
const partWire = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('thinking'), thinking: z.array(z.object({ type: z.literal('text'), text: z.string() })) }),
]);

const messageWire = z.object({
  content: z.union([z.string(), z.array(partWire)]).nullish(),
  refusal: z.string().nullish(),
  /** Two names for thoughts, of which a vendor has one. */
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  tool_calls: z
    .array(
      z.object({
        id: z.string(),
        type: z.literal('function').nullish(),
        function: z.object({ name: z.string(), arguments: z.string() }),
      }),
    )
    .nullish(),
  /** What a message has no place for. Images are Gemini's and OpenRouter's, a `function_call` is from before `tool_calls`. */
  images: z.array(z.unknown()).nullish(),
  audio: z.unknown().optional(),
  function_call: z.unknown().optional(),
});
export type MessageWire = z.infer<typeof messageWire>;

const count = z.number().nullish();

export const completionWire = z.object({
  id: z.string().nullish(),
  model: z.string().nullish(),
  choices: z.tuple([z.object({ message: messageWire, finish_reason: z.string().nullish() })]),
  usage: z
    .object({
      prompt_tokens: count,
      completion_tokens: count,
      prompt_tokens_details: z.object({ cached_tokens: count }).nullish(),
      completion_tokens_details: z.object({ reasoning_tokens: count }).nullish(),
    })
    .nullish(),
});
export type CompletionWire = z.infer<typeof completionWire>;
