import { countElements } from '../common/jsonl/count-elements';
import { Byte, skipWhiteSpace } from '../common/jsonl/json-bytes';
import { objectFields } from '../common/jsonl/object-fields';
import type { Endpoint } from '../providers/contract/adapter';
import type { ResolvedLimits } from '../providers/provider-registry';
import { RequestTooLargeError } from './ingest.errors';

/** What a list holds whose elements are inputs: texts, lists of tokens, or objects; a list of numbers is one input. */
const BEGIN_INPUTS: readonly (number | undefined)[] = [Byte.QUOTE, Byte.OPEN_BRACKET, Byte.OPEN_BRACE];
const FIRST_COUNTS = 1024;

/** How many inputs a body of `/v1/embeddings` has; one that has none that we know is its provider's to judge, and counts as one. */
export function embeddingInputs(body: Buffer): number {
  const start = objectFields(body)?.find(({ key }) => key === 'input')?.valueStart;
  if (start === undefined || !listsInputs(body, start)) return 1;
  return countElements(body, start) ?? 1;
}

function listsInputs(body: Buffer, start: number): boolean {
  return body[start] === Byte.OPEN_BRACKET && BEGIN_INPUTS.includes(body[skipWhiteSpace(body, start + 1)]);
}

/** The inputs of a batch's items as they come, four bytes an item. */
export class EmbeddingInputCounts {
  private counts = new Uint32Array(FIRST_COUNTS);
  private length = 0;

  private constructor(private readonly limit: number) {}

  /** Null where the provider has no such limit. */
  static within({ maxEmbeddingInputs }: ResolvedLimits, endpoint: Endpoint): EmbeddingInputCounts | null {
    const counted = endpoint === '/v1/embeddings' && maxEmbeddingInputs !== undefined;
    return counted ? new EmbeddingInputCounts(maxEmbeddingInputs) : null;
  }

  /** Counts the next item and answers with its refusal when it alone has more than a batch may have. */
  add(body: Buffer): RequestTooLargeError | null {
    const index = this.length++;
    if (index === this.counts.length) this.grow();
    const inputs = embeddingInputs(body);
    this.counts[index] = inputs;
    return inputs > this.limit ? new RequestTooLargeError(index, this.limit, 'inputs') : null;
  }

  /** By item. */
  get units(): Uint32Array {
    return this.counts.subarray(0, this.length);
  }

  private grow(): void {
    const grown = new Uint32Array(this.counts.length * 2);
    grown.set(this.counts);
    this.counts = grown;
  }
}
