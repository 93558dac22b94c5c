import { z } from 'zod';
import type { BatchUsage } from '../batches/batch.entity';
import { objectFields } from '../common/jsonl/object-fields';

/** `usage` of chat completions and embeddings, or of responses. */
const usageWire = z.object({
  prompt_tokens: z.number().nullish(),
  completion_tokens: z.number().nullish(),
  input_tokens: z.number().nullish(),
  output_tokens: z.number().nullish(),
  total_tokens: z.number().nullish(),
});

/** The tokens that a body reports; null when it reports none. */
export function readUsage(body: Buffer): BatchUsage | null {
  const field = objectFields(body)?.find(({ key }) => key === 'usage');
  if (!field) return null;
  const parsed = usageWire.safeParse(JSON.parse(body.toString('utf8', field.valueStart, field.valueEnd)));
  if (!parsed.success) return null;
  const input = parsed.data.input_tokens ?? parsed.data.prompt_tokens ?? 0;
  const output = parsed.data.output_tokens ?? parsed.data.completion_tokens ?? 0;
  return { input_tokens: input, output_tokens: output, total_tokens: parsed.data.total_tokens ?? input + output };
}
