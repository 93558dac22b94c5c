import { RefusedError, toRefusal } from './call-errors';
import { ExitCode } from './exit-code';
import { exitCodeOfRefusal, explainRefusal } from './explain-error';

const refusal = (status: number, code: string, details?: unknown, more = 0) =>
  new RefusedError(status, code, 'It was refused.', details, more, 'req_1', null);
const fault = (index: number) => ({ loc: ['body', 'requests', index, 'body', 'model'], msg: 'Field required' });

describe('explainRefusal', () => {
  it('lists faults by line and field, the first twenty of them', () => {
    const faults = Array.from({ length: 100 }, (_, index) => fault(index));
    const lines = explainRefusal(refusal(422, 'validation_error', faults, 7), (index) => index + 2).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'It was refused. (422 validation_error, req_1)',
      '  line 2, body.model: Field required',
      '  line 3, body.model: Field required',
    ]);
    expect(lines).toHaveLength(22);
    expect(lines.at(-1)).toBe('  … and 87 more');
  });

  it.each([
    [[fault(4)], '  request 5, body.model: Field required'],
    [[{ loc: ['body', 'completion_window'], msg: 'Wrong' }], '  body.completion_window: Wrong'],
    [[{ loc: ['body', 'requests', 0, 'body', 'model'], model: 'a/b' }], '  request 1, body.model: a/b'],
    [{ loc: ['body', 'requests', 2], limit: 5, unit: 'bytes' }, '  request 3'],
  ])('names the place of %j', (details, line) => {
    expect(explainRefusal(refusal(400, 'x', details)).split('\n')).toEqual(['It was refused. (400 x, req_1)', line]);
  });

  it.each([
    ['unauthorized', /MESHBATCH_KEY.*meshbatch keys create/],
    ['batch_limit_exceeded', /--wait/],
    ['not_implemented', /meshbatch models/],
    ['provider_not_available', /operator/],
  ])('says what to do about %s', (code, hint) => {
    expect(explainRefusal(refusal(400, code, { provider: 'x' }))).toMatch(hint);
  });

  it('tells faults of the input from those of the service', () => {
    expect([400, 404, 413, 422].map((status) => exitCodeOfRefusal(refusal(status, 'x')))).toEqual(
      Array(4).fill(ExitCode.usage),
    );
    expect([401, 403, 429, 500, 503].map((status) => exitCodeOfRefusal(refusal(status, 'x')))).toEqual(
      Array(5).fill(ExitCode.refused),
    );
  });
});

describe('toRefusal', () => {
  it('reads the envelope', async () => {
    const error = { code: 'rate_limit_exceeded', message: 'Slower.', more: 2, details: [1] };
    const headers = { 'retry-after': '7' };
    const response = new Response(JSON.stringify({ error, request_id: 'req_9' }), { status: 429, headers });
    const wanted = {
      code: error.code,
      message: 'Slower.',
      more: 2,
      details: [1],
      requestId: 'req_9',
      retryAfterMs: 7000,
    };
    expect(await toRefusal(response)).toMatchObject({ status: 429, ...wanted });
  });

  it.each(['<html>', '', 'null', '{"error":"x"}'])('makes do with %j', async (text) => {
    const headers = { 'x-request-id': 'req_2', 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' };
    expect(await toRefusal(new Response(text, { status: 502, headers }))).toMatchObject({
      code: 'http_error',
      message: 'The answer is 502.',
      requestId: 'req_2',
      retryAfterMs: null,
    });
  });
});
