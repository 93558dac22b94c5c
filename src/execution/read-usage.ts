import { z } from 'zod';
import type { BatchUsage } from '../batches/batch.entity';
import { objectFields } from '../common/jsonl/object-fields';

const cachedWire = z.object({ cached_tokens: z.number().nullish() }).nullish().catch(null);
const thoughtWire = z
  .object({ reasoning_tokens: z.number().nullish(), thinking_tokens: z.number().nullish() })
  .nullish()
  .catch(null);

/** `usage` of chat completions and embeddings, of responses, or of messages, which count what is cached apart. */
const usageWire = z.object({
  prompt_tokens: z.number().nullish(),
  completion_tokens: z.number().nullish(),
  input_tokens: z.number().nullish(),
  cache_read_input_tokens: z.number().nullish(),
  cache_creation_input_tokens: z.number().nullish(),
  output_tokens: z.number().nullish(),
  total_tokens: z.number().nullish(),
  prompt_tokens_details: cachedWire,
  input_tokens_details: cachedWire,
  completion_tokens_details: thoughtWire,
  output_tokens_details: thoughtWire,
});

const USAGE = Buffer.from('"usage"');
/** A body may end with much behind its usage, which then is found among its fields in less time. */
const MAX_END_BYTES = 4096;

/** The tokens that a body reports; null when it reports none. The body must be known to be valid JSON. */
export function readUsage(body: Buffer): Required<BatchUsage> | null {
  const parsed = usageWire.safeParse(usageOf(body));
  if (!parsed.success) return null;
  const { data } = parsed;
  const cached = (data.cache_read_input_tokens ?? 0) + (data.cache_creation_input_tokens ?? 0);
  const input = (data.input_tokens ?? data.prompt_tokens ?? 0) + cached;
  const output = data.output_tokens ?? data.completion_tokens ?? 0;
  const inputDetails = data.input_tokens_details ?? data.prompt_tokens_details;
  const outputDetails = data.output_tokens_details ?? data.completion_tokens_details;
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: data.total_tokens ?? input + output,
    cached_tokens: data.cache_read_input_tokens ?? inputDetails?.cached_tokens ?? 0,
    reasoning_tokens: outputDetails?.reasoning_tokens ?? outputDetails?.thinking_tokens ?? 0,
  };
}

function usageOf(body: Buffer): unknown {
  return usageAtEnd(body) ?? usageAmongFields(body);
}

/**
 * Most bodies end with their usage, or nearly so. What follows a brace is an object of its own only when the key is one of the
 * body's own: within an inner object or array a bracket too many follows, and within a string the key is not followed by a colon.
 */
function usageAtEnd(body: Buffer): unknown {
  const at = body.lastIndexOf(USAGE);
  if (at === -1 || body.length - at > MAX_END_BYTES) return undefined;
  try {
    return (JSON.parse(`{${body.toString('utf8', at)}`) as { usage: unknown }).usage;
  } catch {
    return undefined;
  }
}

function usageAmongFields(body: Buffer): unknown {
  const field = objectFields(body)?.find(({ key }) => key === 'usage');
  return field && JSON.parse(body.toString('utf8', field.valueStart, field.valueEnd));
}
