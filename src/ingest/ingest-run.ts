import { isUtf8 } from 'node:buffer';
import { validateSync } from 'class-validator';
import { ChunkBuilder } from '../common/jsonl/chunk-builder';
import { EnvelopeSplitter, type SplitEvent } from '../common/jsonl/envelope-splitter';
import { assertNever } from '../common/assert-never';
import { toFaults } from '../http/faults';
import { MeshbatchError, type Fault } from '../http/meshbatch-error';
import { completionWindows } from '../providers/contract/completion-windows';
import type { ProviderRegistry, ResolvedModel } from '../providers/provider-registry';
import { CapabilityNotSupportedError } from '../providers/providers.errors';
import { CreateBatchRequestDto, METADATA_MAX_BYTES } from './dto/create-batch-request.dto';
import { FaultList } from './fault-list';
import type { IngestLimits } from './ingest-limits';
import { MixedModelsError, PayloadTooLargeError, RequestTooLargeError, TooFewRequestsError } from './ingest.errors';
import { readItem, type ReadItem } from './item-reader';
import { splitFault } from './split-fault';
import { toStoredLine } from './stored-line';

const MAX_DEPTH = 512;
const MAX_ITEM_BYTES = 64 * 1024 * 1024;
/** White space and escapes may make the text longer than the value that the limit is about. */
const MAX_FIELD_BYTES = 8 * METADATA_MAX_BYTES;
/** What a line gains upstream over its body: our id, the endpoint, the vendor's model id. */
const LINE_OVERHEAD_BYTES = 1024;

/** One create body on its way in: checks it as it streams and hands on the lines to store. */
export class IngestRun {
  private readonly faults = new FaultList();
  private readonly unsupported = new FaultList();
  private readonly customIds = new Set<string>();
  private readonly fields = new CreateBatchRequestDto();
  private readonly splitter = new EnvelopeSplitter({
    arrayKey: 'requests',
    captureKeys: ['completion_window', 'metadata'],
    maxItemBytes: MAX_ITEM_BYTES,
    maxFieldBytes: MAX_FIELD_BYTES,
    maxDepth: MAX_DEPTH,
  });
  private readonly chunks = new ChunkBuilder();
  private first: ReadItem | null = null;
  private resolved: ResolvedModel | null = null;
  private tooLarge: RequestTooLargeError | null = null;
  private otherModel: { model: string; index: number } | null = null;
  private sawRequests = false;
  /** Where each stored line starts, and where the next one will. */
  private readonly offsets: number[] = [0];

  constructor(
    private readonly registry: ProviderRegistry,
    private readonly limits: IngestLimits,
  ) {}

  /** The lines of `input.jsonl`; throws the refusal of the whole body, at once where the contract says so, else at its end. */
  async *lines(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let received = 0;
    for await (const chunk of source) {
      received += chunk.length;
      if (received > this.limits.maxBodyBytes) throw new PayloadTooLargeError('bytes', this.limits.maxBodyBytes);
      yield* this.take(this.splitter.push(chunk));
    }
    yield* this.take(this.splitter.end());
    this.throwRefusal();
    yield this.chunks.rest();
  }

  /** What the body said, once {@link lines} has ended. */
  result() {
    if (!this.resolved || !this.first) throw new Error('The body has not been read to its end');
    const { completion_window: completionWindow, metadata } = this.fields;
    return {
      resolved: this.resolved,
      endpoint: this.first.endpoint,
      completionWindow,
      metadata,
      offsets: this.offsets,
    };
  }

  private *take(events: Iterator<SplitEvent>): Generator<Buffer> {
    for (let event = this.next(events); event; event = this.next(events)) {
      const line = this.handle(event);
      const chunk = line && this.chunks.add(...line);
      if (chunk) yield chunk;
    }
  }

  /** The next event; a body that is not JSON is refused with all that was found before. */
  private next(events: Iterator<SplitEvent>): SplitEvent | null {
    try {
      const { done, value } = events.next() as IteratorResult<SplitEvent, undefined>;
      return done ? null : value;
    } catch (error) {
      this.faults.add(splitFault(error, MAX_ITEM_BYTES));
      this.faults.throwIfAny();
      throw error;
    }
  }

  private handle(event: SplitEvent): Buffer[] | null {
    switch (event.type) {
      case 'item':
        return this.takeItem(event.bytes, event.index);
      case 'field':
        this.takeField(event.key, event.bytes);
        return null;
      case 'array_end':
        this.sawRequests = true;
        if (event.count === 0) this.addFault(['requests'], 'List should have at least 1 item', 'too_short');
        return null;
      case 'not_object':
        this.sawRequests = true;
        this.faults.add({ loc: ['body'], msg: 'Input should be an object', type: 'dict_type' });
        return null;
      default:
        return assertNever(event);
    }
  }

  private takeItem(bytes: Buffer, index: number): Buffer[] | null {
    if (index >= this.limits.maxBatchItems) throw new PayloadTooLargeError('requests', this.limits.maxBatchItems);
    const item = readItem(bytes, index);
    if (!('customId' in item)) {
      this.faults.add(...item);
      return null;
    }
    if (index === 0) this.resolve(item);
    this.compare(item, index);
    if (!this.faults.isEmpty) return null;
    const line = toStoredLine(item);
    this.offsets.push((this.offsets.at(-1) ?? 0) + line.reduce((sum, piece) => sum + piece.length, 0));
    return line;
  }

  /** The first item decides who runs the batch: a refusal here ends the reading. */
  private resolve(item: ReadItem): void {
    const resolved = this.registry.resolve(item.model);
    if (!resolved.endpoints.includes(item.endpoint)) {
      throw new CapabilityNotSupportedError(`The model ${resolved.model} has no batch support on ${item.endpoint}.`);
    }
    this.first = item;
    this.resolved = resolved;
  }

  private compare(item: ReadItem, index: number): void {
    if (this.customIds.has(item.customId)) {
      this.addFault(['requests', index, 'custom_id'], 'An earlier request has this custom_id', 'duplicate_custom_id');
    }
    this.customIds.add(item.customId);
    if (!this.first || !this.resolved) return;
    if (item.endpoint !== this.first.endpoint) {
      this.addFault(
        ['requests', index, 'url'],
        `All requests must have one url, ${this.first.endpoint}`,
        'value_error',
      );
    }
    if (item.model !== this.first.model) this.otherModel ??= this.differing(item.model, index);
    const { maxLineBytes } = this.resolved.limits;
    if (item.body.length + LINE_OVERHEAD_BYTES > maxLineBytes)
      this.tooLarge ??= new RequestTooLargeError(index, maxLineBytes);
    const { adapter, upstreamModel: upstream, traits } = this.resolved;
    for (const field of adapter.check({ endpoint: item.endpoint, body: item.body }, { upstream, traits })) {
      const loc = ['body', 'requests', index, 'body', ...field.path];
      this.unsupported.add({ loc, msg: field.message, type: 'unsupported_parameter' });
    }
  }

  private differing(model: string, index: number): { model: string; index: number } | null {
    try {
      const { model: canonical } = this.registry.resolve(model);
      return canonical === this.resolved?.model ? null : { model: canonical, index };
    } catch (error) {
      if (error instanceof MeshbatchError) return { model, index };
      throw error;
    }
  }

  private takeField(key: string, bytes: Buffer): void {
    if (key === 'requests') {
      this.sawRequests = true;
      this.addFault(['requests'], 'Input should be a list', 'list_type');
    } else if (!isUtf8(bytes)) {
      this.addFault([key], 'Input should be valid UTF-8', 'string_unicode');
    } else {
      Object.assign(this.fields, { [key]: JSON.parse(bytes.toString('utf8')) as unknown });
    }
  }

  private throwRefusal(): void {
    if (!this.sawRequests) this.addFault(['requests'], 'Field required', 'missing');
    // The requests were checked one by one as they came.
    const errors = validateSync(this.fields).filter((error) => error.property !== 'requests');
    this.faults.add(...toFaults(errors, ['body']), ...this.windowFault(errors.length > 0));
    this.faults.throwIfAny();
    if (this.tooLarge) throw this.tooLarge;
    if (this.otherModel && this.resolved) throw new MixedModelsError(this.resolved, this.otherModel);
    if (!this.unsupported.isEmpty) {
      const { listed, more } = this.unsupported.entries;
      const extras = { details: listed, ...(more > 0 && { more }) };
      throw new MeshbatchError('unsupported_parameter', 'The provider cannot honour every field.', extras);
    }
    const minItems = this.resolved?.limits.minItems ?? 1;
    if (this.offsets.length - 1 < minItems) throw new TooFewRequestsError(minItems);
  }

  private windowFault(alreadyFaulty: boolean): Fault[] {
    if (alreadyFaulty || !this.resolved) return [];
    const windows = completionWindows(this.resolved.limits);
    if (windows.includes(this.fields.completion_window)) return [];
    return [
      {
        loc: ['body', 'completion_window'],
        msg: `Input should be one of ${windows.join(', ')}`,
        type: 'literal_error',
      },
    ];
  }

  private addFault(loc: readonly (string | number)[], msg: string, type: string): void {
    this.faults.add({ loc: ['body', ...loc], msg, type });
  }
}
