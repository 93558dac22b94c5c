import type { ErrorCode, ErrorExtras } from '../http/meshbatch-error';

/** A contiguous run of a file's items that one part holds, and where they stand in the file. */
export interface PlannedRun {
  readonly firstItem: number;
  readonly itemCount: number;
  /** Bytes, within the file. */
  readonly inputOffset: number;
  readonly inputBytes: number;
}

/** What a batch of the file would be. */
export interface FileFacts {
  /** As the first item names it. */
  readonly model: string;
  /** The url of all items. */
  readonly endpoint: string;
  readonly itemCount: number;
  readonly parts: readonly PlannedRun[];
}

/** What a create with the file is answered. */
export interface FileRefusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly extras: ErrorExtras;
}

/** What was found in an uploaded file as it arrived. */
export interface FileScan {
  /** Of the rules and limits that it was read by; under others it has to be read again. */
  readonly fingerprint: string;
  readonly found: FileFacts | FileRefusal;
}

/** What is told of the file by itself; as it can be stored in a column. */
export function statusDetailsOf({ found }: FileScan): string | null {
  return 'code' in found ? found.message.replaceAll('\0', '') : null;
}
