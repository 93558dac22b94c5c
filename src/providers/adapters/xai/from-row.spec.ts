import { toOutcome } from './from-row';

const outcome = (row: unknown) => toOutcome(Buffer.from(typeof row === 'string' ? row : JSON.stringify(row)));
const withResult = (batch_result: unknown, more: object = {}) =>
  outcome({ batch_request_id: 'r0', batch_result, ...more });
const NOT_RUN = { response: null, error: { code: 'batch_cancelled' } };
const BAD_ROW = { itemId: 'r0', response: null, error: { code: 'provider_bad_row' } };

describe('toOutcome', () => {
  it('gives a completion back byte for byte, on one line, with its id', () => {
    const body = '{"id":"c1","choices":[{}],\n "big": 12345678901234567890, "price": 1.10}';
    const row = `{"batch_request_id":"r0","batch_result":{"response":{"chat_get_completion":${body}}}}`;
    expect(outcome(row)).toEqual({
      itemId: 'r0',
      response: { statusCode: 200, requestId: 'c1', body: Buffer.from(body.replace('\n', ' ')) },
      error: null,
    });
  });

  it('takes an answer for an answer beside an error that is none', () => {
    const response = { chat_get_completion: { choices: [] } };
    for (const error of [null, '', { code: 0, message: '' }, { code: '0' }, {}]) {
      expect(withResult({ response, error })).toMatchObject({ response: { statusCode: 200, requestId: null } });
    }
  });

  it.each([
    ['a text', { error: 'Failed to download [WKE=invalid_image]' }, 400, 'invalid_image'],
    ['a text without a name', { error: 'max_tokens must be positive' }, 400, 'provider_error'],
    ['a message', { error: { message: 'no' } }, 400, 'provider_error'],
    ['a gRPC code', { error: { code: 8, message: 'no' } }, 429, '8'],
    ['a gRPC code as text', { error: { code: '16', message: 'no' } }, 401, '16'],
    ['a gRPC code alone', { error: { code: 5 } }, 404, '5'],
    ['a status', { error: { code: 422, message: 'no' } }, 422, '422'],
    ['a word', { error: { code: 'brand_new', message: 'no' } }, 500, 'brand_new'],
    ['a code that nobody knows', { error: { code: 99, message: 'no' } }, 500, '99'],
    ['a refusal in place of a completion', { response: { chat_get_completion: { code: 'x', error: 'no' } } }, 500, 'x'],
  ])('reads a failure with %s', (_, result, statusCode, code) => {
    const { response, error } = withResult(result) ?? {};
    expect([response?.statusCode, error]).toEqual([statusCode, null]);
    expect(JSON.parse(String(response?.body)).error).toEqual({
      ...{ message: expect.any(String), type: 'provider_error', param: null, code },
    });
  });

  it('reads a reason that stands beside the result', () => {
    for (const result of [undefined, null, {}, { error: { code: 3 } }]) {
      const { response } = withResult(result, { error_message: 'no' }) ?? {};
      expect(JSON.parse(String(response?.body)).error.message).toBe('no');
    }
  });

  it.each([
    'Batch cancelled',
    'cancelled',
    { code: 1 },
    { code: '1', message: 'Cancelled.' },
    { code: 'CANCELLED' },
    { code: 'batch_cancelled', message: 'x' },
  ])('tells a request that did not run by %j', (error) => {
    expect(withResult({ error })).toMatchObject(NOT_RUN);
  });

  it('takes no other failure for a cancel', () => {
    expect(withResult({ error: 'The image was cancelled by its host' })?.response?.statusCode).toBe(400);
    expect(withResult({ error: { code: 3, message: 'Batch cancelled' } })?.response?.statusCode).toBe(400);
  });

  it('takes a row without answer and reason as not there yet', () => {
    for (const result of [undefined, null, {}, { response: null }, { response: {}, error: null }]) {
      expect(withResult(result)).toBeNull();
    }
  });

  it.each([
    ['no JSON', '{"batch_request_id":"r0","batch_result":<html>}'],
    ['a result of another kind', { batch_request_id: 'r0', batch_result: '<html>' }],
    [
      'an answer of another kind',
      { batch_request_id: 'r0', batch_result: { response: { chat_get_completion: { id: 'c1' } } } },
    ],
    ['an error of another kind', { batch_request_id: 'r0', batch_result: { error: 7 } }],
  ])('says of a row with %s that it cannot be read', (_, row) => {
    expect(outcome(row)).toMatchObject(BAD_ROW);
  });

  it('shows no key of a reason', () => {
    const { response } = withResult({ error: 'key xai-abcdefghijkl' }) ?? {};
    expect(String(response?.body)).toContain('key [key]');
  });
});
