/** A create whose requests are in a file that was uploaded before. */
export interface FileForm {
  readonly inputFileId: string;
  /** What the url of every item has to be. */
  readonly endpoint: string;
  readonly completionWindow: string;
  readonly metadata: Record<string, unknown> | null;
  /** Seconds after which the files of the results expire; null for never. */
  readonly outputExpiresAfter: number | null;
}
