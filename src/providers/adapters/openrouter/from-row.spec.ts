import { toOutcome } from './from-row';

const row = (more: object) => Buffer.from(JSON.stringify({ id: 'batch_req_1', custom_id: 'r1', ...more }));
const failure = (error: object) => row({ response: null, error });
const bodyOf = (error: object): unknown => JSON.parse(String(toOutcome(failure(error))?.response?.body));

describe('toOutcome', () => {
  it('keeps the bytes of a body', () => {
    const body = '{"n":12345678901234567890, "p":1.10}';
    const text = `{"custom_id":"r1","response":{"status_code":200,"request_id":"q","body":${body}},"error":null}`;
    const outcome = toOutcome(Buffer.from(text));
    expect(outcome).toMatchObject({ itemId: 'r1', response: { statusCode: 200, requestId: 'q' }, error: null });
    expect(outcome?.response?.body.toString()).toBe(body);
  });

  it('reads an answer that is a refusal', () => {
    const response = { status_code: 400, request_id: null, body: { error: { code: 400, message: 'no' } } };
    expect(toOutcome(row({ response, error: null }))).toMatchObject({ response: { statusCode: 400 }, error: null });
  });

  it('reads an error as the answer that the request would have got alone', () => {
    const error = { type: 'invalid_request_error', message: 'no', param: 'x', error_type: 'invalid_prompt' };
    expect(toOutcome(failure(error))).toMatchObject({ itemId: 'r1', error: null, response: { requestId: null } });
    expect(bodyOf(error)).toEqual({
      error: { message: 'no', type: 'invalid_request_error', param: 'x', code: 'invalid_prompt' },
    });
    expect(bodyOf({ type: 'batch_client_error', message: 'key sk-or-v1-abcdefghijkl' })).toEqual({
      error: { message: 'key [key]', type: 'batch_client_error', param: null, code: 'batch_client_error' },
    });
    expect(bodyOf({})).toEqual({
      error: { message: 'The provider gave no reason', type: 'provider_error', param: null, code: 'provider_error' },
    });
  });

  it.each([
    ['invalid_request', 400],
    ['invalid_prompt', 400],
    ['invalid_image', 400],
    ['image_download_failed', 400],
    ['unsupported_image_format', 400],
    ['context_length_exceeded', 400],
    ['max_tokens_exceeded', 400],
    ['token_limit_exceeded', 400],
    ['string_too_long', 400],
    ['authentication', 401],
    ['payment_required', 402],
    ['permission_denied', 403],
    ['content_policy_violation', 403],
    ['refusal', 403],
    ['not_found', 404],
    ['timeout', 408],
    ['precondition_failed', 412],
    ['payload_too_large', 413],
    ['unprocessable', 422],
    ['rate_limit_exceeded', 429],
    ['server', 500],
    ['unmapped', 500],
    ['brand_new', 500],
    ['constructor', 500],
    ['provider_unavailable', 502],
    ['provider_overloaded', 503],
  ])('gives %s the status %d', (error_type, status) => {
    expect(toOutcome(failure({ type: 'invalid_request_error', error_type }))?.response?.statusCode).toBe(status);
  });

  it('goes by the older type where there is no newer', () => {
    expect(toOutcome(failure({ type: 'invalid_request_error' }))?.response?.statusCode).toBe(400);
  });

  it.each([
    '',
    '7',
    '{}',
    '{"custom_id":"r1"}',
    '{"custom_id":"r1","response":null,"error":null}',
    '{"custom_id":"r1","response":"<html>"}',
    '{"custom_id":7,"response":null,"error":{"type":"x"}}',
  ])('does not take %j for a row', (text) => {
    expect(toOutcome(Buffer.from(text))).toBeNull();
  });
});
