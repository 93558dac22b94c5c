import fc from 'fast-check';
import { toOutcome } from './from-row';

const ID = 'r0000000-aaaaaaa1';
const read = (text: string) => toOutcome(Buffer.from(text));
const failure = (row: object) => {
  const outcome = read(JSON.stringify({ custom_id: ID, ...row }));
  return [outcome?.response?.statusCode, JSON.parse(outcome?.response?.body.toString() ?? 'null')?.error];
};

describe('toOutcome', () => {
  it('keeps the bytes of a chat completion', () => {
    const body =
      '{ "choices": [{"index": 0}], "big": 12345678901234567890, "price": 1.10, "choices2": {"choices": 1} }';
    expect(read(`{"custom_id": "${ID}", "response": ${body} }`)).toEqual({
      itemId: ID,
      response: { statusCode: 200, requestId: null, body: Buffer.from(body) },
      error: null,
    });
  });

  it('keeps whatever a chat completion holds', () => {
    const members = fc.dictionary(
      fc.string().filter((key) => key !== 'error' && key !== '__proto__'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(members, (more) => {
        const body = JSON.stringify({ ...more, choices: [] });
        expect(String(read(`{"custom_id":"${ID}","response":${body}}`)?.response?.body)).toBe(body);
      }),
    );
  });

  it('takes a null in place of an error for none', () => {
    const row = { custom_id: ID, response: { choices: [], error: null }, error: null };
    expect(read(JSON.stringify(row))).toMatchObject({ response: { statusCode: 200 }, error: null });
  });

  it.each([
    [{ error: { code: 400, message: 'bad' } }, 400, '400', 'bad'],
    [{ error: { code: '503', message: 'busy' } }, 503, '503', 'busy'],
    [{ error: { code: 'INVALID_ARGUMENT', message: 'bad' } }, 400, 'INVALID_ARGUMENT', 'bad'],
    [{ error: { code: 'RESOURCE_EXHAUSTED' } }, 429, 'RESOURCE_EXHAUSTED', 'The provider gave no reason'],
    [{ error: { code: 'odd', message: 'Bearer abcdefgh' } }, 500, 'odd', 'Bearer [key]'],
    [{ error: { code: 200, message: 'odd' } }, 500, '200', 'odd'],
    [{ error: { message: 'odd' } }, 500, 'provider_error', 'odd'],
    [{ error: 'just words' }, 500, 'provider_error', 'just words'],
    [{ response: { error: { code: 404, message: 'gone' } } }, 404, '404', 'gone'],
  ])('reads %j as a failed call', (row, status, code, message) => {
    expect(failure(row)).toEqual([status, { message, type: 'provider_error', param: null, code }]);
    expect(read(JSON.stringify({ custom_id: ID, ...row }))?.error).toBeNull();
  });

  it.each([
    'null',
    '{}',
    '<html>',
    `{"custom_id":"${ID}"}`,
    `{"custom_id":"${ID}","response":null}`,
    `{"custom_id":"${ID}","response":{}}`,
    `{"custom_id":"${ID}","response":{"choices":"many"}}`,
    `{"custom_id":"${ID}","error":7}`,
    `{"custom_id":7,"response":{"choices":[]}}`,
    `{"custom_id":"${ID}","response":{"choices":[]}`,
  ])('cannot read %s', (text) => {
    expect(read(text)).toBeNull();
  });
});
