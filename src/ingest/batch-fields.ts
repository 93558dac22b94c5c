import { isUtf8 } from 'node:buffer';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { StrictScanner } from '../common/jsonl/strict-scanner';
import { toFaults } from '../http/faults';
import type { Fault } from '../http/meshbatch-error';
import { MAX_DEPTH, type BodyFormat, type GivenValue } from './body-format';
import { CreateBatchRequestDto } from './dto/create-batch-request.dto';
import { FileFormDto } from './dto/file-form.dto';
import type { FileForm } from './file-form';
import { readFault } from './read-fault';

/** Members that count where `input_file_id` is one of them and given; else the body is one that the reference knows, and they mean nothing. */
const OF_FILE = ['input_file_id', 'endpoint', 'output_expires_after'];

/** A window that the model's provider does not take. */
export function windowFault(windows: readonly string[]): Fault {
  const msg = `Input should be one of ${windows.join(', ')}`;
  return { loc: ['body', 'completion_window'], msg, type: 'literal_error' };
}

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
  private readonly ofFile: Partial<Record<string, unknown>> = {};
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

  /** Whether the body names a file that the requests are in. */
  get namesFile(): boolean {
    return (this.ofFile.input_file_id ?? null) !== null;
  }

  /** What a body that names a file said, once it was checked. */
  fileForm(): FileForm {
    const { input_file_id: inputFileId, endpoint, output_expires_after: expiry } = this.fileDto();
    const { completionWindow, metadata } = this;
    return { inputFileId, endpoint, completionWindow, metadata, outputExpiresAfter: expiry?.seconds ?? null };
  }

  /** Takes a field of the body, which is known to be JSON. */
  take(key: string, bytes: Buffer): void {
    const target = OF_FILE.includes(key) ? this.ofFile : this.dto;
    if (isUtf8(bytes)) Object.assign(target, { [key]: JSON.parse(bytes.toString('utf8')) as unknown });
    else this.faults.push({ loc: ['body', key], msg: 'Input should be valid UTF-8', type: 'string_unicode' });
  }

  /** @param windows those that the provider takes; null when it is not known */
  check(windows: readonly string[] | null): readonly Fault[] {
    // The requests were checked one by one as they came.
    const errors = validateSync(this.dto).filter((error) => error.property !== 'requests');
    if (this.namesFile) errors.push(...validateSync(this.fileDto()));
    const found = [...this.faults, ...toFaults(errors, ['body'])];
    if (found.length > 0 || windows === null || windows.includes(this.completionWindow)) return found.map(this.placed);
    return [this.placed(windowFault(windows))];
  }

  private fileDto(): FileFormDto {
    return plainToInstance(FileFormDto, this.ofFile);
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
