import type { ItemOutcome } from '../providers/contract/adapter';
import { isSuccess, toTail } from './outcome-tail';

const answered = (statusCode: number, body: string): ItemOutcome => ({
  itemId: 'x',
  response: { statusCode, requestId: 'req"1', body: Buffer.from(body) },
  error: null,
});
const failed = (code: string, message: string): ItemOutcome => ({
  itemId: 'x',
  response: null,
  error: { code, message },
});
const parse = (tail: Buffer) =>
  JSON.parse(`{${tail.toString()}`) as { response: { status_code: number; body: unknown } | null; error: unknown };

describe('isSuccess', () => {
  it.each([
    [199, false],
    [200, true],
    [299, true],
    [300, false],
    [400, false],
    [500, false],
  ])('of status %d is %s', (status, success) => {
    expect(isSuccess(answered(status, '{}'))).toBe(success);
    expect(isSuccess({ ...answered(status, '{}'), error: { code: 'c', message: 'm' } })).toBe(false);
  });

  it('is false without a response', () => {
    expect(isSuccess({ response: null, error: null })).toBe(false);
  });
});

describe('toTail', () => {
  const SECRETS = 'key sk-proj-abcdefgh12345678 of org-AbCdEf123456 at https://x.example/f?sig=abc';

  it('keeps the bytes of a success, whatever they hold', () => {
    const body = `{"n":12345678901234567890,"m":1.10,"t":${JSON.stringify(SECRETS)}}`;
    const tail = toTail(answered(200, body)).toString();
    expect(tail).toBe(`"response":{"status_code":200,"request_id":"req\\"1","body":${body}},"error":null}\n`);
  });

  it('takes secrets out of the reason of a failure', () => {
    const tail = toTail(answered(401, JSON.stringify({ error: { message: SECRETS } })));
    expect(tail.toString()).not.toMatch(/abcdefgh1234|AbCdEf123456|sig=abc/);
    expect(parse(tail)).toMatchObject({ response: { status_code: 401 }, error: null });
    expect(parse(toTail(failed('c', SECRETS))).error).toMatchObject({ code: 'c' });
    expect(toTail(failed('c', SECRETS)).toString()).not.toMatch(/abcdefgh1234|AbCdEf123456|sig=abc/);
  });

  // The writer parses the tails of failures: one that is not JSON would keep its batch from ever ending.
  it.each([
    { error: { message: 'Invalid Bearer token' } },
    { error: { message: 'Use "Authorization: Bearer" here', code: null }, n: 1 },
    { error: { message: 'You sent Bearer sk-abcdefgh12345678', type: 'x' } },
    { error: { message: `${SECRETS}\nand https://x.example/?a\\"b` } },
    { 'org-abcdef1': ['sk-abcdefgh12345678', 'https://x.example/?'] },
  ])('leaves the body of a failure valid JSON: %j', (body) => {
    expect(Object.keys(parse(toTail(answered(400, JSON.stringify(body)))).response?.body as object)).toHaveLength(
      Object.keys(body).length,
    );
  });
});
