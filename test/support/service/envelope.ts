import type { Answer, ErrorBody } from './api-client';

/** Expects a refusal in the envelope, with all that every error answer has and has not. */
export function expectRefusal(answer: Answer<unknown>, status: number, code: string): ErrorBody {
  const body = answer.body as ErrorBody;
  expect({ status: answer.status, code: body.error?.code }).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(body.request_id).toBe(answer.headers.get('x-request-id'));
  expect(body.error.message).not.toBe('');
  expect(answer.headers.get('x-powered-by')).toBeNull();
  expect(JSON.stringify(body)).not.toMatch(/\\n\s+at |node_modules|\.[jt]s:\d/);
  return body;
}

/** Expects a 422 with exactly these faults, given as `loc` joined by dots → `type`. */
export function expectFaults(answer: Answer<unknown>, faults: Record<string, string>): ErrorBody {
  const body = expectRefusal(answer, 422, 'validation_error');
  const told = (body.detail ?? []).map(({ loc, type }) => [loc.join('.'), type]);
  expect(Object.fromEntries(told)).toEqual(faults);
  expect(told).toHaveLength(Object.keys(faults).length);
  expect(body.detail).toEqual(body.error.details);
  for (const fault of body.detail ?? []) expect(typeof fault.msg).toBe('string');
  return body;
}

/** Expects a refusal as Anthropic words it. */
export function expectMessageError(answer: Answer<unknown>, status: number, type: string): void {
  const requestId = answer.headers.get('request-id');
  expect([answer.status, answer.body]).toEqual([
    status,
    { type: 'error', error: { type, message: expect.stringMatching(/./) }, request_id: requestId },
  ]);
  expect(answer.headers.get('x-request-id')).toBe(requestId);
}
