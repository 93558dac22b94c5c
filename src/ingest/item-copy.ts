import { ChunkBuilder } from '../common/jsonl/chunk-builder';
import type { Endpoint } from '../providers/contract/adapter';
import type { ResolvedModel } from '../providers/provider-registry';
import { FaultList } from './fault-list';
import { TooFewRequestsError, UnsupportedParameterError } from './ingest.errors';
import { ItemSizes } from './item-sizes';
import type { BatchLines } from './part-bounds';
import { lineFrame, type StoredLine } from './stored-line';

/** A request of a stored input, and its index there. */
export interface StoredItem {
  readonly index: number;
  readonly line: StoredLine;
}

/** Copies stored items byte for byte, and checks them once more: the catalog, or what a provider takes, may have changed since. */
export class ItemCopy {
  private readonly unsupported = new FaultList();
  private readonly sizes: ItemSizes;
  private readonly offsets: Float64Array;
  private copied = 0;

  constructor(
    private readonly resolved: ResolvedModel,
    private readonly endpoint: Endpoint,
    private readonly count: number,
  ) {
    const { minItems } = resolved.limits;
    if (count < minItems) throw new TooFewRequestsError(minItems);
    this.sizes = new ItemSizes(resolved, endpoint);
    this.offsets = new Float64Array(count + 1);
  }

  /** The bytes of the copy; throws what refuses it. */
  async *read(groups: AsyncIterable<readonly StoredItem[]>): AsyncGenerator<Buffer> {
    const chunks = new ChunkBuilder();
    const { head, middle, tail } = lineFrame(this.endpoint);
    for await (const group of groups) {
      for (const { index, line } of group) {
        this.check(line.body, index);
        const pieces = [head, line.customIdJson, middle, line.body, tail];
        const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
        this.offsets[this.copied + 1] = this.offsets[this.copied]! + length;
        this.copied++;
        const chunk = chunks.add(...pieces);
        if (chunk) yield chunk;
      }
    }
    if (this.copied !== this.count) throw new Error(`${this.copied} items were found in place of ${this.count}`);
    if (!this.unsupported.isEmpty) throw new UnsupportedParameterError(this.unsupported.entries);
    yield chunks.rest();
  }

  /** What was copied, once {@link read} has ended. */
  get lines(): BatchLines {
    return this.sizes.lines(this.offsets);
  }

  private check(body: Buffer, index: number): void {
    const { adapter, upstreamModel: upstream, traits } = this.resolved;
    const refused = adapter.check({ endpoint: this.endpoint, body }, { upstream, traits });
    const tooLarge = refused.length === 0 ? this.sizes.add(body, index) : null;
    if (tooLarge) throw tooLarge;
    for (const field of refused) {
      const loc = ['requests', index, 'body', ...field.path];
      this.unsupported.add({ loc, msg: field.message, type: 'unsupported_parameter' });
    }
  }
}
