/** What a failed entry says of its request. */
export interface Failure {
  /** The entry's `error.code`. */
  readonly code: string | null;
  /** The status of the answer, where there was one. */
  readonly status: number | null;
}

const RESPONSE = Buffer.from(',"response":{"status_code":');
const NO_RESPONSE = Buffer.from(',"response":null');
const ERROR = Buffer.from(',"error":');
const MAX_STATUS_DIGITS = 3;

/**
 * Reads a stored entry, without its line feed, at its two ends: a body that stands between them may be large. An unescaped quote cannot
 * occur within a string, so the marks are found as they were written.
 */
export function readFailure(line: Buffer): Failure {
  const error = line.lastIndexOf(ERROR);
  const [response, none] = [line.indexOf(RESPONSE), line.indexOf(NO_RESPONSE)];
  if (error === -1 || (response === -1 && none === -1)) throw new Error('A stored entry is not as it was written');
  const told = JSON.parse(line.toString('utf8', error + ERROR.length, line.length - 1)) as { code: string } | null;
  const answered = response !== -1 && (none === -1 || response < none);
  const digits = response + RESPONSE.length;
  return {
    code: told?.code ?? null,
    status: answered ? parseInt(line.toString('latin1', digits, digits + MAX_STATUS_DIGITS), 10) : null,
  };
}
