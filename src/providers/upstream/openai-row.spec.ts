import { toOutcome } from './openai-row';
import { unreadable } from './read-outcomes';

const read = (row: string) => toOutcome(Buffer.from(row));
const outcome = (row: string) => {
  const taken = read(row);
  if (!taken) throw new Error('The row was not taken');
  return taken;
};

describe('toOutcome', () => {
  it('keeps the bytes of a body', () => {
    const body = '{"id":"x", "n":12345678901234567890,"p":1.10,"t":"\\u00e9\\u2028"}';
    const row = `{"id":"b","custom_id":"r1","response":{"status_code":200,"request_id":"q","body":${body}},"error":null}`;
    expect({ ...outcome(row), response: { ...outcome(row).response, body: null } }).toEqual({
      itemId: 'r1',
      response: { statusCode: 200, requestId: 'q', body: null },
      error: null,
    });
    expect(outcome(row).response?.body.toString()).toBe(body);
  });

  it('reads a row that got a 4xx: a response, and no error of its own', () => {
    const row =
      '{"custom_id":"r1","response":{"status_code":400,"request_id":"q","body":{"error":{"code":"x"}}},"error":null}';
    expect(outcome(row)).toMatchObject({ response: { statusCode: 400 }, error: null });
  });

  it('reads a row that never ran', () => {
    const row = '{"custom_id":"r1","response":null,"error":{"code":"batch_expired","message":"late"}}';
    expect(outcome(row)).toEqual({ itemId: 'r1', response: null, error: { code: 'batch_expired', message: 'late' } });
    const silent = '{"custom_id":"r1","response":null,"error":{"code":null}}';
    expect(outcome(silent).error).toEqual({ code: 'provider_error', message: 'The provider gave no reason' });
  });

  // The wire takes rows that leave either out; the contract of ItemOutcome has null and never undefined.
  it('reads a member that is left out as null', () => {
    const success = outcome('{"custom_id":"r1","response":{"status_code":200,"body":{}}}');
    expect(success.response).toMatchObject({ requestId: null });
    expect(success.error).toBeNull();
    expect(outcome('{"custom_id":"r1","error":{"code":"x","message":"y"}}').response).toBeNull();
  });

  it.each([
    '',
    '{"custom_id":"r1"',
    '{}',
    '[]',
    '{"custom_id":"r1","response":{"body":{}},"error":null}',
    '{"custom_id":"r1","response":null,"error":null}',
    '{"custom_id":"r1"}',
  ])('does not take %j for a row', (row) => {
    expect(read(row)).toBeNull();
  });

  it('reads an error that is the status of a call as the answer to it', () => {
    const row = '{"custom_id":"r1","response":null,"error":{"code":"400","message":"no messages","type":null}}';
    const { response, error } = outcome(row);
    expect([response?.statusCode, error]).toEqual([400, null]);
    expect(JSON.parse(String(response?.body))).toEqual({
      error: { message: 'no messages', type: 'provider_error', param: null, code: '400' },
    });
    expect(outcome('{"custom_id":"r1","error":{"code":429,"message":"busy"}}').response?.statusCode).toBe(429);
  });

  it('reads a word for a request at fault as the answer to it', () => {
    const { response, error } = outcome(
      '{"id":"x","custom_id":"r1","error":{"code":"batch_client_error","message":"bad"}}',
    );
    expect([response?.statusCode, response?.requestId, error]).toEqual([400, null, null]);
    expect(JSON.parse(String(response?.body))).toEqual({
      error: { message: 'bad', type: 'provider_error', param: null, code: 'batch_client_error' },
    });
  });

  it.each(['batch_expired', 'batch_cancelled', 'batch_error', '4000', '200'])(
    'reads the error %s as of an item that never ran',
    (code) => {
      const error = { code, message: 'm' };
      const row = JSON.stringify({ custom_id: 'r1', response: null, error });
      expect(outcome(row)).toEqual({ itemId: 'r1', response: null, error });
    },
  );

  it.each([
    ['{\\"a\\": 1.10}', '{"a": 1.10}'],
    ['{\\n\\"a\\":1}', '{ "a":1}'],
    ['plain', '"plain"'],
    ['12', '"12"'],
    ['{half', '"{half"'],
  ])('reads a body that is the string %s', (text, body) => {
    const row = `{"custom_id":"r1","response":{"status_code":400,"body":"${text}"},"error":null}`;
    expect(outcome(row).response?.body.toString()).toBe(body);
  });
});

describe('unreadable', () => {
  it('blames the item that a bad row names, and nobody when it names none', () => {
    const code = 'provider_bad_row';
    expect(unreadable(Buffer.from('{"custom_id": "r0000001-abcdefgh","response":{'))).toMatchObject({
      itemId: 'r0000001-abcdefgh',
      error: { code },
    });
    expect(unreadable(Buffer.from('<html>'))).toMatchObject({ itemId: '', response: null, error: { code } });
  });
});
