import type { IngestLimits } from '../ingest/ingest-limits';
import type { ExaminedBatch } from '../ingest/ingest.service';
import type { ModelPrices } from '../providers/catalog/catalog';
import { completionWindows } from '../providers/contract/completion-windows';
import type { ResolvedLimits } from '../providers/provider-registry';
import type { BatchCostEstimateDto, BatchValidationDto, BatchValidationLimitsDto } from './dto/batch-validation.dto';

/** Of English prose in JSON; other languages and code have fewer. */
const BYTES_PER_TOKEN = 4;
const A_MILLION = 1_000_000;

/** JSON has no infinity. */
const cap = (value: number | null) => (value === null || value === Infinity ? null : value);

/** What a create of an examined body would come to. */
export function toValidation(examined: ExaminedBatch, limits: IngestLimits, remaining: number): BatchValidationDto {
  const { resolved, inputBytes, itemCount, parts } = examined;
  const inputTokens = Math.ceil(inputBytes / BYTES_PER_TOKEN);
  return {
    object: 'batch.validation',
    valid: true,
    model: resolved.model,
    provider: resolved.provider,
    endpoint: examined.endpoint,
    request_counts: { total: itemCount },
    bytes: inputBytes,
    parts: parts.map((part) => ({ request_count: part.itemCount, bytes: part.inputBytes })),
    limits: toLimits(limits, resolved.limits),
    remaining_batches: remaining,
    usage_estimate: {
      input_tokens: { estimate: inputTokens, basis: 'bytes', bytes_per_token: BYTES_PER_TOKEN },
    },
    cost_estimate: resolved.prices && toCost(inputTokens, resolved.prices),
  };
}

function toLimits(body: IngestLimits, model: ResolvedLimits): BatchValidationLimitsDto {
  return {
    max_body_bytes: body.maxBodyBytes,
    max_requests: body.maxBatchItems,
    min_requests: model.minItems,
    max_request_bytes: cap(model.maxLineBytes),
    max_part_requests: cap(model.maxItems),
    max_part_bytes: cap(model.maxBytes),
    max_concurrent_parts: cap(model.maxConcurrentJobs),
    completion_windows: [...completionWindows(model)],
  };
}

function toCost(inputTokens: number, { input, output }: ModelPrices): BatchCostEstimateDto {
  return {
    currency: 'USD',
    input: (inputTokens * input) / A_MILLION,
    input_price: input,
    output_price: output,
  };
}
