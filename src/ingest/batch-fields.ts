import { isUtf8 } from 'node:buffer';
import { validateSync } from 'class-validator';
import { StrictScanner } from '../common/jsonl/strict-scanner';
import { toFaults } from '../http/faults';
import type { Fault } from '../http/meshbatch-error';
import { MAX_DEPTH, type BodyFormat, type GivenValue } from './body-format';
import { CreateBatchRequestDto } from './dto/create-batch-request.dto';
import { readFault } from './read-fault';

/** A value that is JSON, nested no deeper than one in a body. @throws JsonSyntaxError, NestingTooDeepError */
function parsed(text: string): unknown {
  const bytes = Buffer.from(text);
  // In a body it would be a member of the document.
  new StrictScanner(MAX_DEPTH - 1).scanWhole(bytes, 0, bytes.length, 0);
  return JSON.parse(text);
}

/** What a create says beside its requests: in its body, or beside a body that is nothing but lines. */
export class BatchFields {
  private readonly dto = new CreateBatchRequestDto();
  private readonly faults: Fault[] = [];
  /** Where a field was given, if not in the body. */
  private readonly places = new Map<string, GivenValue['loc']>();

  constructor(format: BodyFormat) {
    if (format.kind === 'json') return;
    const { completionWindow, metadata } = format;
    if (completionWindow) this.give('completion_window', completionWindow, (text) => text);
    if (metadata) this.give('metadata', metadata, parsed);
  }

  get completionWindow(): string {
    return this.dto.completion_window;
  }

  get metadata(): Record<string, unknown> | null {
    return this.dto.metadata;
  }

  /** Takes a field of the body, which is known to be JSON. */
  take(key: string, bytes: Buffer): void {
    if (isUtf8(bytes)) Object.assign(this.dto, { [key]: JSON.parse(bytes.toString('utf8')) as unknown });
    else this.faults.push({ loc: ['body', key], msg: 'Input should be valid UTF-8', type: 'string_unicode' });
  }

  /** @param windows those that the provider takes; null when it is not known */
  check(windows: readonly string[] | null): readonly Fault[] {
    // The requests were checked one by one as they came.
    const errors = validateSync(this.dto).filter((error) => error.property !== 'requests');
    const found = [...this.faults, ...toFaults(errors, ['body'])];
    if (found.length > 0 || windows === null || windows.includes(this.completionWindow)) return found.map(this.placed);
    const msg = `Input should be one of ${windows.join(', ')}`;
    return [this.placed({ loc: ['body', 'completion_window'], msg, type: 'literal_error' })];
  }

  private give(key: string, { text, loc }: GivenValue, read: (text: string) => unknown): void {
    this.places.set(key, loc);
    if (text === null) {
      this.faults.push({ loc, msg: 'The field occurs more than once', type: 'duplicate_key' });
      return;
    }
    try {
      Object.assign(this.dto, { [key]: read(text) });
    } catch (error) {
      this.faults.push({ ...readFault(error, text.length), loc });
    }
  }

  private readonly placed = (fault: Fault): Fault => {
    const place = fault.loc[0] === 'body' ? this.places.get(String(fault.loc[1])) : undefined;
    return place ? { ...fault, loc: [...place, ...fault.loc.slice(2)] } : fault;
  };
}
