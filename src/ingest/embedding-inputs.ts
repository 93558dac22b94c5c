import { countElements } from '../common/jsonl/count-elements';
import { Byte, skipWhiteSpace } from '../common/jsonl/json-bytes';
import { objectFields } from '../common/jsonl/object-fields';

/** What a list holds whose elements are inputs: texts, lists of tokens, or objects; a list of numbers is one input. */
const BEGIN_INPUTS: readonly (number | undefined)[] = [Byte.QUOTE, Byte.OPEN_BRACKET, Byte.OPEN_BRACE];

/** How many inputs a body of `/v1/embeddings` has; one that has none that we know is its provider's to judge, and counts as one. */
export function embeddingInputs(body: Buffer): number {
  const start = objectFields(body)?.find(({ key }) => key === 'input')?.valueStart;
  if (start === undefined || !listsInputs(body, start)) return 1;
  return countElements(body, start) ?? 1;
}

function listsInputs(body: Buffer, start: number): boolean {
  return body[start] === Byte.OPEN_BRACKET && BEGIN_INPUTS.includes(body[skipWhiteSpace(body, start + 1)]);
}
