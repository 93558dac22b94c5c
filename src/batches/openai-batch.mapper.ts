import type { BatchEntity } from './batch.entity';
import { toBatch, toBatchSummary } from './batch.mapper';
import type { BatchSummaryDto } from './dto/batch.dto';
import type { BatchDto } from './dto/batch-detail.dto';

/** What OpenAI's batch has beside the members that ours has. Source: `Batch` in the types of the `openai` package 6.49. */
interface OpenAiMembers {
  /** Null unless the batch failed. */
  readonly errors: { readonly object: 'list'; readonly data: readonly OpenAiBatchError[] } | null;
  readonly usage: OpenAiUsage | null;
}

interface OpenAiBatchError {
  readonly code: string;
  readonly message: string;
  readonly param: null;
  /** 1-based, of the input file. */
  readonly line: number | null;
}

interface OpenAiUsage {
  readonly input_tokens: number;
  readonly input_tokens_details: { readonly cached_tokens: number };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly reasoning_tokens: number };
  readonly total_tokens: number;
}

export function toOpenAiBatch(batch: BatchEntity): BatchDto & OpenAiMembers {
  return { ...toBatch(batch), ...membersOf(batch) };
}

export function toOpenAiSummary(batch: BatchEntity): BatchSummaryDto & OpenAiMembers {
  return { ...toBatchSummary(batch), ...membersOf(batch) };
}

function membersOf({ status, errors, usage }: BatchEntity): OpenAiMembers {
  const data = errors.map(({ code, message, line = null }) => ({ code, message, param: null, line }));
  return {
    errors: status === 'failed' ? { object: 'list', data } : null,
    usage: usage && {
      input_tokens: usage.input_tokens,
      input_tokens_details: { cached_tokens: usage.cached_tokens ?? 0 },
      output_tokens: usage.output_tokens,
      output_tokens_details: { reasoning_tokens: usage.reasoning_tokens ?? 0 },
      total_tokens: usage.total_tokens,
    },
  };
}
