import type { Endpoint } from '../providers/contract/adapter';
import type { ResolvedModel } from '../providers/provider-registry';
import { embeddingInputs } from './embedding-inputs';
import { RequestTooLargeError } from './ingest.errors';
import { ItemCounts } from './item-counts';
import { LINE_OVERHEAD_BYTES } from './item-rules';
import type { BatchLines } from './part-bounds';

/** As long as the ids that go upstream. */
const ANY_ITEM_ID = 'r0000000-00000000';

/** How large a batch's items are in the measures of their provider: what is no measure there costs nothing. */
export class ItemSizes {
  private readonly encoded: ItemCounts | null;
  private readonly inputs: ItemCounts | null;

  constructor(
    private readonly resolved: ResolvedModel,
    private readonly endpoint: Endpoint,
  ) {
    const { adapter, limits } = resolved;
    this.encoded = adapter.capabilities.translated?.includes(endpoint) ? new ItemCounts() : null;
    const countsInputs = endpoint === '/v1/embeddings' && limits.maxEmbeddingInputs !== undefined;
    this.inputs = countsInputs ? new ItemCounts() : null;
  }

  /** Measures the next item, of which nothing was refused, and answers with its refusal when it alone is too large. */
  add(body: Buffer, index: number): RequestTooLargeError | null {
    const { maxLineBytes, maxEmbeddingInputs = Infinity } = this.resolved.limits;
    const bytes = this.encoded ? this.encodedBytes(body) : body.length + LINE_OVERHEAD_BYTES;
    this.encoded?.add(bytes);
    const inputs = this.inputs ? embeddingInputs(body) : 0;
    this.inputs?.add(inputs);
    if (bytes > maxLineBytes) return new RequestTooLargeError(index, maxLineBytes);
    return inputs > maxEmbeddingInputs ? new RequestTooLargeError(index, maxEmbeddingInputs, 'inputs') : null;
  }

  /** The lines that were measured, as they stand in the batch's input. */
  lines(offsets: Float64Array): BatchLines {
    return { offsets, encoded: this.encoded?.all ?? null, units: this.inputs?.all ?? null };
  }

  /** With the line feed. */
  private encodedBytes(body: Buffer): number {
    const { adapter, upstreamModel: upstream, traits } = this.resolved;
    return adapter.encode({ endpoint: this.endpoint, body }, ANY_ITEM_ID, { upstream, traits }).length + 1;
  }
}
