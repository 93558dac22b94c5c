import { toOutcome } from './from-row';

const rowOf = (response: unknown, more: object = {}) =>
  Buffer.from(JSON.stringify({ id: 'batch-1', custom_id: 'r1', response, error: null, ...more }));
const failure = (body: unknown) => toOutcome(rowOf({ status_code: 400, body }));
const bodyOf = (body: unknown) => JSON.parse(failure(body)?.response?.body.toString() ?? 'null');

describe('toOutcome', () => {
  it('keeps the bytes of an answer', () => {
    const body = '{"usage":{"total_tokens":12345678901234567890}, "p":1.10,"tool_calls":null}';
    const row = `{"id":"b","custom_id":"r1","response":{"status_code":200,"body":${body}},"error":null}`;
    const outcome = toOutcome(Buffer.from(row));
    expect(outcome).toMatchObject({ itemId: 'r1', response: { statusCode: 200, requestId: null }, error: null });
    expect(outcome?.response?.body.toString()).toBe(body);
  });

  it.each<[string, unknown, object]>([
    [
      'a string of JSON',
      '{"object":"error","message":"No file","type":"invalid_request_file","param":null,"code":"3310","raw_status_code":400}',
      { message: 'No file', type: 'invalid_request_file', param: null, code: '3310' },
    ],
    [
      'an object',
      { object: 'error', message: 'Bad', type: 'invalid_request_error', code: null },
      { message: 'Bad', type: 'invalid_request_error', param: null, code: 'invalid_request_error' },
    ],
    [
      'complaints',
      '{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required"}]}',
      { message: 'body.messages: Field required', type: 'provider_error', param: null, code: 'missing' },
    ],
    [
      'a text with a key',
      'failed for Bearer abc',
      { message: 'failed for Bearer [key]', type: 'provider_error', param: null, code: 'provider_error' },
    ],
  ])('reads a failure that is %s', (_, body, error) => {
    expect(bodyOf(body)).toEqual({ error });
    expect(failure(body)).toMatchObject({ itemId: 'r1', response: { statusCode: 400 }, error: null });
  });

  it.each([{ error: { message: 'its own', code: 'x' } }, {}, null, 5])('keeps a failure that says %j', (body) => {
    expect(bodyOf(body)).toEqual(body);
  });

  it('reads a row without an answer', () => {
    const error = { code: 'x', message: 'y' };
    expect(toOutcome(rowOf(null, { error }))).toEqual({ itemId: 'r1', response: null, error });
  });

  it.each(['', '<html>', '{"custom_id":null,"response":{"status_code":200,"body":{}}}'])('does not read %j', (row) => {
    expect(toOutcome(Buffer.from(row))).toBeNull();
  });
});
