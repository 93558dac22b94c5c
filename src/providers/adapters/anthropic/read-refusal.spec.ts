import { readRefusal } from './read-refusal';

const refusal = (message: string) => ({ type: 'error', error: { type: 'invalid_request_error', message } });
const facts = (message: string) => ({ code: 'invalid_request_error', message });

describe('readRefusal', () => {
  it.each([
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
  ])('takes a 400 for the account’s fault: %s', (message) => {
    expect(readRefusal(400, refusal(message))).toEqual({ ...facts(message), failure: 'unauthorized' });
  });

  it.each([
    [400, 'requests.0.custom_id: String should match pattern'],
    // A server's own failure stays as open as it is.
    [500, 'Your credit balance is too low to access the Anthropic API.'],
  ])('leaves a %d to its status: %s', (status, message) => {
    expect(readRefusal(status, refusal(message))).toEqual(facts(message));
  });

  it('reads no words', () => {
    expect(readRefusal(400, undefined)).toEqual({});
  });
});
