import { readMistralRefusal, readReason } from './reason';

const complaint = (...loc: (string | number)[]) => ({
  type: 'extra_forbidden',
  loc,
  msg: 'Extra inputs are not permitted',
  input: 1,
});
const read = (body: unknown) => readMistralRefusal(422, body);

describe('readMistralRefusal', () => {
  it.each<[string, unknown, object]>([
    [
      'an error object',
      { object: 'error', message: 'No such file', type: 'invalid_request_file', param: null, code: '3310' },
      { code: '3310', message: 'No such file' },
    ],
    [
      'an error object without a code',
      { object: 'error', message: 'Too fast', type: 'rate_limited', param: null, code: null },
      { code: 'rate_limited', message: 'Too fast' },
    ],
    ['a code in numbers', { message: 'x', code: 3001 }, { code: '3001', message: 'x' }],
    [
      'complaints',
      { detail: [complaint('body', 'seed'), complaint()] },
      {
        code: 'extra_forbidden',
        message: 'body.seed: Extra inputs are not permitted; Extra inputs are not permitted',
      },
    ],
    [
      'complaints within the message',
      {
        object: 'error',
        message: { detail: [complaint('body', 'messages', 0, 'name')] },
        type: 'invalid_request_error',
      },
      { code: 'extra_forbidden', message: 'body.messages.0.name: Extra inputs are not permitted' },
    ],
    ['a detail in text', { detail: 'Invalid API Key' }, { message: 'Invalid API Key' }],
    ['a detail within the message', { message: { detail: 'Not here' } }, { message: 'Not here' }],
    ['a gateway’s words', { message: 'Unauthorized', request_id: 'q' }, { message: 'Unauthorized' }],
    [
      'a file of no known kind',
      { detail: 'Invalid file format.', message: 'Received file with mimetype text/html' },
      { message: 'Received file with mimetype text/html' },
    ],
    [
      'a file that is no JSON',
      { detail: 'Invalid file format.', description: 'Chat too large or missing' },
      { message: 'Chat too large or missing' },
    ],
    [
      'a file with bad lines',
      {
        detail: 'Invalid file format.',
        description: 'Found 3 errors in this file.',
        errors: [
          { message: 'of all', line_number: null },
          { message: 'bad', line_number: 7 },
          { message: 'bad too', line_number: 9 },
          { message: 'in another way', line_number: 7 },
          { message: 'key sk-abcdefghijklmnop', line_number: 12 },
        ],
      },
      {
        message: 'bad',
        line: 7,
        reasons: [
          { code: 'provider_rejected', message: 'bad', line: 7 },
          { code: 'provider_rejected', message: 'bad too', line: 9 },
          { code: 'provider_rejected', message: 'key [key]', line: 12 },
        ],
      },
    ],
    [
      'a file with one bad line',
      { detail: 'x', errors: [{ message: 'bad', line_number: 2 }] },
      { message: 'bad', line: 2 },
    ],
    [
      'a code beside bad lines',
      { code: 422, errors: [1, 2].map((line) => ({ message: 'bad', line_number: line })) },
      {
        code: '422',
        message: 'bad',
        line: 1,
        reasons: [1, 2].map((line) => ({ code: '422', message: 'bad', line })),
      },
    ],
    ['a line of no number', { detail: 'x', errors: [{ message: 'bad', line_number: 0 }] }, { message: 'bad' }],
    ['errors of another shape', { detail: 'x', errors: ['bad'] }, { message: 'x' }],
    ['nothing', {}, {}],
    ['no object', 'no', {}],
    ['no JSON', undefined, {}],
  ])('reads %s', (_, body, facts) => {
    expect(read(body)).toEqual(facts);
  });

  it('tells of a hundred bad lines', () => {
    const errors = Array.from({ length: 300 }, (_, index) => ({ message: 'bad', line_number: index + 1 }));
    expect(read({ detail: 'x', errors }).reasons?.map(({ line }) => line)).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
  });

  it('tells of a few complaints', () => {
    const detail = Array.from({ length: 500 }, (_, index) => complaint(index));
    expect(readReason({ detail }).message?.split('; ')).toHaveLength(3);
  });
});
