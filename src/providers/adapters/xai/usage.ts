import { objectFields } from '../../../common/jsonl/object-fields';
import { replaceValues } from '../../../common/jsonl/replace-value';

/** Whole, and exact in a double when three of them are added. */
const COUNT = /^\d{1,15}$/;

interface Span {
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A completion whose `completion_tokens` count the reasoning too, as OpenAI's do; all other bytes stay. The vendor leaves
 * reasoning out of `completion_tokens` but not out of `total_tokens`: 197 + 1 + 146 = 344 in a captured answer. So where the
 * total says that it is counted already, nothing is added, and where the total lacks it, the total gets it as well.
 */
export function withReasoning(completion: Buffer): Buffer {
  const usage = valueAt(completion, 0, 'usage');
  if (usage === null) return completion;
  const details = valueAt(completion, usage, 'completion_tokens_details');
  const reasoning = details === null ? null : countAt(completion, details, 'reasoning_tokens');
  const output = countAt(completion, usage, 'completion_tokens');
  if (!reasoning || !output || reasoning.value === 0) return completion;
  const total = countAt(completion, usage, 'total_tokens');
  const input = countAt(completion, usage, 'prompt_tokens');
  const totalLacksIt = total !== null && input !== null && total.value === input.value + output.value;
  if (totalLacksIt && reasoning.value <= output.value) return completion;
  const raised = totalLacksIt ? [output, total] : [output];
  return replaceValues(
    completion,
    raised.map(({ value, start, end }) => ({ start, end, with: String(value + reasoning.value) })),
  );
}

/** Where the value of a key begins in the object at `start`; null when there is no such object or key. */
function valueAt(json: Buffer, start: number, key: string): number | null {
  return fieldAt(json, start, key)?.valueStart ?? null;
}

function countAt(json: Buffer, start: number, key: string): Span | null {
  const field = fieldAt(json, start, key);
  const text = field ? json.toString('latin1', field.valueStart, field.valueEnd) : '';
  return field && COUNT.test(text) ? { value: Number(text), start: field.valueStart, end: field.valueEnd } : null;
}

/** Of a key that occurs twice the last one counts, as for JSON.parse. */
function fieldAt(json: Buffer, start: number, key: string) {
  return objectFields(json, start)?.findLast((field) => field.key === key);
}
