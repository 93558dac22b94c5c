import type { LayoutScanner } from '../common/jsonl/layout-scanner';
import { singleLine } from '../common/jsonl/replace-value';
import { MeshbatchError } from '../http/meshbatch-error';
import type { ProviderRegistry, ResolvedModel } from '../providers/provider-registry';
import type { CustomIdSet } from './custom-id-set';
import { FaultList } from './fault-list';
import {
  MixedModelsError,
  type RequestTooLargeError,
  TooFewRequestsError,
  UnsupportedParameterError,
} from './ingest.errors';
import type { ItemForm } from './item-form';
import type { ItemLines } from './item-lines';
import { readItem, type ReadItem } from './item-reader';
import { ItemSizes } from './item-sizes';
import { resolveFor } from './resolve-for';
import { SimilarItem } from './similar-item';
import { lineFrame, type LineFrame } from './stored-line';

/** What the first item decides for all. */
interface First {
  readonly item: ReadItem;
  readonly resolved: ResolvedModel;
  readonly similar: SimilarItem;
  readonly frame: LineFrame;
  readonly sizes: ItemSizes;
}

/** The items of one body, each checked and compared with those before it, and its line written. */
export class ItemIntake {
  private readonly unsupported = new FaultList();
  private first: First | null = null;
  private tooLarge: RequestTooLargeError | null = null;
  private otherModel: { model: string; index: number } | null = null;

  constructor(
    private readonly registry: ProviderRegistry,
    private readonly customIds: CustomIdSet,
    private readonly lines: ItemLines,
    private readonly faults: FaultList,
    private readonly form: ItemForm,
  ) {}

  /** The first item, what its model resolved to and how large the items are; null while there is no valid one. */
  get facts(): Pick<First, 'item' | 'resolved' | 'sizes'> | null {
    return this.first;
  }

  /** Takes the item at `start` to `end` (exclusive) of `bytes`; throws what ends the reading. */
  take(bytes: Buffer, start: number, end: number, index: number, layout: LayoutScanner | null): void {
    const { first } = this;
    if (first && layout && first.similar.recognise(bytes, start, end, layout))
      this.takeSimilar(bytes, index, layout, first);
    else this.takeAny(bytes.subarray(start, end), index);
  }

  /** Throws the refusal that is no fault of an item's shape. */
  throwRefusal(): void {
    if (this.tooLarge) throw this.tooLarge;
    if (this.otherModel && this.first)
      throw new MixedModelsError(this.first.resolved, this.otherModel, this.form.nestedKey);
    if (!this.unsupported.isEmpty) throw new UnsupportedParameterError(this.unsupported.entries);
    const minItems = this.first?.resolved.limits.minItems ?? 1;
    if (this.lines.lines < minItems) throw new TooFewRequestsError(minItems);
  }

  private takeSimilar(bytes: Buffer, index: number, { hasLineBreak }: LayoutScanner, first: First): void {
    const { idStart, idEnd, bodyStart, bodyEnd } = first.similar;
    this.noteId(bytes, idStart, idEnd, index);
    const body = bytes.subarray(bodyStart, bodyEnd);
    this.checkBody(body, index, first);
    this.write(first, bytes, idStart - 1, idEnd + 1, hasLineBreak ? singleLine(body) : body);
  }

  private takeAny(bytes: Buffer, index: number): void {
    const item = readItem(bytes, index, this.form);
    if (!('customId' in item)) return this.faults.add(...item);
    if (index === 0) this.first = this.resolve(item);
    const id = Buffer.from(item.customId);
    this.noteId(id, 0, id.length, index);
    if (!this.first) return;
    this.compare(item, index, this.first);
    this.write(this.first, item.customIdJson, 0, item.customIdJson.length, item.body);
  }

  /** `custom_id` with its quotes at `start` to `end` (exclusive) of `bytes`. Of a body that will be refused no more is kept. */
  private write({ frame }: First, bytes: Buffer, start: number, end: number, body: Buffer): void {
    if (!this.faults.isEmpty) return;
    this.lines.add(frame.head);
    this.lines.add(bytes, start, end);
    this.lines.add(frame.middle);
    this.lines.add(body);
    this.lines.add(frame.tail);
    this.lines.endLine();
  }

  /** The first item decides who runs the batch: a refusal here ends the reading. */
  private resolve(item: ReadItem): First {
    const resolved = resolveFor(this.registry, item.model, item.endpoint);
    const sizes = new ItemSizes(resolved, item.endpoint);
    return { item, resolved, sizes, similar: new SimilarItem(item, this.form), frame: lineFrame(item.endpoint) };
  }

  private noteId(bytes: Buffer, start: number, end: number, index: number): void {
    if (this.customIds.add(bytes, start, end)) return;
    const loc = ['body', 'requests', index, 'custom_id'];
    this.faults.add({ loc, msg: 'An earlier request has this custom_id', type: 'duplicate_custom_id' });
  }

  private compare(item: ReadItem, index: number, first: First): void {
    const { endpoint, model } = first.item;
    if (item.endpoint !== endpoint) {
      const loc = ['body', 'requests', index, 'url'];
      this.faults.add({ loc, msg: `All requests must have one url, ${endpoint}`, type: 'value_error' });
    }
    if (item.model !== model) this.otherModel ??= this.differing(item.model, index, first.resolved);
    this.checkBody(item.body, index, first);
  }

  private checkBody(body: Buffer, index: number, { item, resolved, sizes }: First): void {
    const { adapter, upstreamModel: upstream, traits } = resolved;
    const refused = adapter.check({ endpoint: item.endpoint, body }, { upstream, traits });
    if (refused.length === 0) this.tooLarge ??= sizes.add(body, index);
    for (const field of refused) {
      const loc = ['body', 'requests', index, this.form.nestedKey, ...field.path];
      this.unsupported.add({ loc, msg: field.message, type: 'unsupported_parameter' });
    }
  }

  private differing(model: string, index: number, first: ResolvedModel): { model: string; index: number } | null {
    try {
      const { model: canonical } = this.registry.resolve(model);
      return canonical === first.model ? null : { model: canonical, index };
    } catch (error) {
      if (error instanceof MeshbatchError) return { model, index };
      throw error;
    }
  }
}
