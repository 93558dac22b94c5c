const CUSTOM_ID = Buffer.from('"custom_id":');
const RESPONSE = Buffer.from(',"response":');
const BODY = Buffer.from(',"body":');
const NO_ERROR = Buffer.from('},"error":null}');
const ERROR = Buffer.from('},"error":{');
/** Of a line without a response, up to its error. */
const NO_RESPONSE = Buffer.from('null,"error":');

/** One entry of a batch's results, as it was written. */
export interface ResultLine {
  /** `custom_id` as the caller's own JSON. */
  readonly customIdJson: Buffer;
  readonly response: { readonly statusCode: number; readonly requestId: string | null; readonly body: Buffer } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/**
 * Reads a line of a results blob, without its newline; the body is not looked into. The separators are found as they stand: an
 * unescaped quote cannot occur within the strings before them.
 */
export function readResultLine(line: Buffer): ResultLine {
  const customId = line.indexOf(CUSTOM_ID) + CUSTOM_ID.length;
  const response = line.indexOf(RESPONSE, customId);
  if (customId < CUSTOM_ID.length || response < 0) throw new Error('A line of stored results is not as it was written');
  const [customIdJson, start] = [line.subarray(customId, response), response + RESPONSE.length];
  if (line.subarray(start, start + NO_RESPONSE.length).equals(NO_RESPONSE)) {
    return { customIdJson, response: null, error: errorIn(line.subarray(start + NO_RESPONSE.length, line.length - 1)) };
  }
  const body = line.indexOf(BODY, start);
  const succeeded = line.subarray(-NO_ERROR.length).equals(NO_ERROR);
  const end = succeeded ? line.length - NO_ERROR.length : line.lastIndexOf(ERROR);
  if (body < 0 || end < body) throw new Error('A line of stored results is not as it was written');
  const head = JSON.parse(`${line.toString('utf8', start, body)}}`) as {
    status_code: number;
    request_id: string | null;
  };
  return {
    customIdJson,
    response: {
      statusCode: head.status_code,
      requestId: head.request_id,
      body: line.subarray(body + BODY.length, end),
    },
    error: succeeded ? null : errorIn(line.subarray(end + ERROR.length - 1, line.length - 1)),
  };
}

function errorIn(json: Buffer): ResultLine['error'] {
  return JSON.parse(json.toString('utf8')) as ResultLine['error'];
}
