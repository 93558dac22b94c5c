/** One batch that was really made, whatever its client was told. */
export interface RecordedCreate {
  readonly batchId: string;
  readonly inputFileId: string;
  readonly endpoint: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Of the lines up to the first bad one. */
  readonly customIds: readonly string[];
  readonly at: number;
}

/** One file that was really stored. */
export interface RecordedUpload {
  readonly fileId: string;
  readonly filename: string;
  readonly content: Buffer;
  readonly expiresInSeconds: number | null;
  readonly at: number;
}

/** What was really made, in order. */
export class Ledger {
  readonly creates: RecordedCreate[] = [];
  readonly uploads: RecordedUpload[] = [];
}
