import { readRefusal } from './read-refusal';

const refusal = (code: string, message: string) => ({ error: { code, message } });

describe('readRefusal', () => {
  it.each([
    [400, refusal('token_limit_exceeded', 'The queue is full.')],
    [400, refusal('BadRequest', 'token_limit_exceeded: the queue is full.')],
  ])('takes a %d for a full queue: %j', (status, body) => {
    expect(readRefusal(status, body)).toEqual({ ...body.error, failure: 'throttled' });
  });

  it('takes a 400 for an account without money', () => {
    const body = refusal('billing_hard_limit_reached', 'Billing hard limit has been reached');
    expect(readRefusal(400, body)).toEqual({ ...body.error, failure: 'unauthorized' });
  });

  it.each([
    [400, refusal('invalid_request', 'No such file.')],
    [400, refusal('max_token_limit_exceeded_by_request', 'Too long.')],
    // A server's own failure stays as open as it is.
    [500, refusal('token_limit_exceeded', 'The queue is full.')],
  ])('leaves a %d to its status: %j', (status, body) => {
    expect(readRefusal(status, body)).toEqual(body.error);
  });
});
