import type { ItemsSink } from '../common/jsonl/items-reader';
import type { LayoutScanner } from '../common/jsonl/layout-scanner';
import { KeyedHash } from '../common/keyed-hash';
import { completionWindows } from '../providers/contract/completion-windows';
import type { ProviderRegistry } from '../providers/provider-registry';
import { BatchFields } from './batch-fields';
import { itemFormOf, MAX_ITEM_BYTES, type BodyFormat } from './body-format';
import { CustomIdSet } from './custom-id-set';
import { FaultList } from './fault-list';
import type { IngestLimits } from './ingest-limits';
import { PayloadTooLargeError } from './ingest.errors';
import { ItemIntake } from './item-intake';
import type { ItemLines } from './item-lines';
import { readFault } from './read-fault';

const BESIDE_REQUESTS = {
  loc: ['body', 'input_file_id'],
  msg: 'A batch has either requests or an input_file_id',
  type: 'value_error',
};

export interface IngestChecksOptions {
  readonly registry: ProviderRegistry;
  readonly limits: IngestLimits;
  readonly format: BodyFormat;
  /** Random bytes of this process, so that nobody can foresee which ids fall together. */
  readonly hashKey: Buffer;
}

/** All that is asked of items, and of the fields beside them, whichever way they come. */
export class IngestChecks implements ItemsSink {
  readonly fields: BatchFields;
  private readonly limits: IngestLimits;
  private readonly faults = new FaultList();
  private readonly intake: ItemIntake;
  private sawRequests = false;

  constructor({ registry, limits, format, hashKey }: IngestChecksOptions, lines: ItemLines) {
    this.limits = limits;
    const customIds = new CustomIdSet(new KeyedHash(hashKey));
    this.intake = new ItemIntake(registry, customIds, lines, this.faults, itemFormOf(format));
    this.fields = new BatchFields(format);
  }

  /** What the first item decides; null while there is no valid one. */
  get facts(): ItemIntake['facts'] {
    return this.intake.facts;
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
  guard(read: () => void): void {
    try {
      read();
    } catch (error) {
      this.faults.add(readFault(error, MAX_ITEM_BYTES));
      this.faults.throwIfAny();
    }
  }

  /** Throws the refusal of the whole, once it has been read. */
  throwRefusal(): void {
    const { namesFile } = this.fields;
    if (namesFile && this.sawRequests) this.faults.add(BESIDE_REQUESTS);
    if (!namesFile && !this.sawRequests) this.addFault('Field required', 'missing');
    const { facts } = this.intake;
    this.faults.add(...this.fields.check(facts && completionWindows(facts.resolved.limits)));
    this.faults.throwIfAny();
    if (!namesFile) this.intake.throwRefusal();
  }

  private addFault(msg: string, type: string): void {
    this.faults.add({ loc: ['body', 'requests'], msg, type });
  }
}
