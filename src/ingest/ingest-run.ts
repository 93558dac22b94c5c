import type { ItemsReader, ItemsSink } from '../common/jsonl/items-reader';
import type { LayoutScanner } from '../common/jsonl/layout-scanner';
import { KeyedHash } from '../common/keyed-hash';
import { nextTurn } from '../common/next-turn';
import { completionWindows } from '../providers/contract/completion-windows';
import type { ProviderRegistry } from '../providers/provider-registry';
import { BatchFields } from './batch-fields';
import { MAX_ITEM_BYTES, readerOf, type BodyFormat } from './body-format';
import { CustomIdSet } from './custom-id-set';
import { FaultList } from './fault-list';
import type { IngestLimits } from './ingest-limits';
import { PayloadTooLargeError } from './ingest.errors';
import { ItemIntake } from './item-intake';
import { LineWriter } from './line-writer';
import { readFault } from './read-fault';

/** Read in one go, which takes less than a millisecond: meanwhile nobody else gets an answer. */
const TURN_BYTES = 64 * 1024;

export interface IngestRunOptions {
  readonly registry: ProviderRegistry;
  readonly limits: IngestLimits;
  readonly format: BodyFormat;
  /** Random bytes of this process, so that nobody can foresee which ids fall together. */
  readonly hashKey: Buffer;
  /** Whether what was handed out may be written over once two more were asked for. */
  readonly reusesBlocks: boolean;
}

/** One create body on its way in: checks it as it streams and hands on the lines to store. */
export class IngestRun implements ItemsSink {
  private readonly limits: IngestLimits;
  private readonly faults = new FaultList();
  private readonly fields: BatchFields;
  private readonly lines: LineWriter;
  private readonly intake: ItemIntake;
  private readonly reader: ItemsReader;
  private sawRequests = false;

  constructor({ registry, limits, format, hashKey, reusesBlocks }: IngestRunOptions) {
    this.limits = limits;
    this.lines = new LineWriter(reusesBlocks);
    this.intake = new ItemIntake(registry, new CustomIdSet(new KeyedHash(hashKey)), this.lines, this.faults);
    this.fields = new BatchFields(format);
    this.reader = readerOf(format, this);
  }

  /** The bytes of `input.jsonl`; throws the refusal of the whole body, at once where the contract says so, else at its end. */
  async *read(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let received = 0;
    for await (const chunk of source) {
      for (let start = 0; start < chunk.length; start += TURN_BYTES) {
        // Others have waited long enough: see TURN_BYTES.
        if (received > 0) await nextTurn();
        const piece = chunk.subarray(start, start + TURN_BYTES);
        received += piece.length;
        if (received > this.limits.maxBodyBytes) throw new PayloadTooLargeError('bytes', this.limits.maxBodyBytes);
        this.guard(() => this.reader.push(piece));
        yield* this.lines.takeFull();
      }
    }
    this.guard(() => this.reader.end());
    this.throwRefusal();
    yield this.lines.takeRest();
  }

  /** What the body said, once {@link read} has ended. */
  result() {
    const { facts } = this.intake;
    if (!facts) throw new Error('The body has not been read to its end');
    const { completionWindow, metadata } = this.fields;
    const { resolved, item, inputs } = facts;
    const [offsets, units] = [this.lines.offsets(), inputs?.units ?? null];
    return { resolved, endpoint: item.endpoint, completionWindow, metadata, lines: { offsets, units } };
  }

  item(bytes: Buffer, start: number, end: number, index: number, layout: LayoutScanner | null): void {
    if (index >= this.limits.maxBatchItems) throw new PayloadTooLargeError('requests', this.limits.maxBatchItems);
    this.intake.take(bytes, start, end, index, layout);
  }

  field(key: string, bytes: Buffer): void {
    if (key !== 'requests') return this.fields.take(key, bytes);
    this.sawRequests = true;
    this.addFault('Input should be a list', 'list_type');
  }

  itemsEnd(count: number): void {
    this.sawRequests = true;
    if (count === 0) this.addFault('List should have at least 1 item', 'too_short');
  }

  notObject(): void {
    this.sawRequests = true;
    this.faults.add({ loc: ['body'], msg: 'Input should be an object', type: 'dict_type' });
  }

  /** A body that is not JSON is refused with all that was found before. */
  private guard(read: () => void): void {
    try {
      read();
    } catch (error) {
      this.faults.add(readFault(error, MAX_ITEM_BYTES));
      this.faults.throwIfAny();
    }
  }

  private throwRefusal(): void {
    if (!this.sawRequests) this.addFault('Field required', 'missing');
    const { facts } = this.intake;
    this.faults.add(...this.fields.check(facts && completionWindows(facts.resolved.limits)));
    this.faults.throwIfAny();
    this.intake.throwRefusal();
  }

  private addFault(msg: string, type: string): void {
    this.faults.add({ loc: ['body', 'requests'], msg, type });
  }
}
