import { lineReasons } from './lines';
import { readRefusal } from './read-refusal';

const key = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }];
const error = (status: string, message: string, details?: unknown) => ({
  error: { code: 1, status, message, details },
});

describe('readRefusal', () => {
  it.each<[number, unknown, object]>([
    [400, error('INVALID_ARGUMENT', 'x'), { code: 'INVALID_ARGUMENT', message: 'x' }],
    [400, error('INVALID_ARGUMENT', 'x', key), { failure: 'unauthorized', code: 'API_KEY_INVALID', message: 'x' }],
    [400, error('INVALID_ARGUMENT', 'x', [1, { reason: 'OTHER' }]), { code: 'INVALID_ARGUMENT', message: 'x' }],
    [400, error('FAILED_PRECONDITION', 'x'), { failure: 'unauthorized', code: 'FAILED_PRECONDITION', message: 'x' }],
    [403, error('PERMISSION_DENIED', 'x'), { code: 'PERMISSION_DENIED', message: 'x' }],
    [
      403,
      error('PERMISSION_DENIED', 'You do not have permission to access the File a1 or it may not exist.'),
      { failure: 'not_found', code: 'PERMISSION_DENIED', message: expect.any(String) },
    ],
    [
      400,
      error('INVALID_ARGUMENT', 'Error on line 2: x'),
      { code: 'INVALID_ARGUMENT', message: 'Error on line 2: x', line: 2 },
    ],
    [
      400,
      error('INVALID_ARGUMENT', 'Error on line 2: of sk-abcdefgh12345\nError on line 3: y'),
      {
        code: 'INVALID_ARGUMENT',
        message: expect.any(String),
        line: 2,
        reasons: [
          { line: 2, message: 'Error on line 2: of [key]', code: 'INVALID_ARGUMENT' },
          { line: 3, message: 'Error on line 3: y', code: 'INVALID_ARGUMENT' },
        ],
      },
    ],
    [429, { error: { message: 'x', details: 7 } }, { message: 'x' }],
    [500, { error: 'x' }, {}],
    [502, undefined, {}],
    [500, { error: {} }, {}],
  ])('reads a %d of %j', (status, body, facts) => {
    expect(readRefusal(status, body)).toEqual(facts);
  });
});

describe('lineReasons', () => {
  const unknown = (index: number) =>
    `Invalid JSON payload received. Unknown name "x" at 'batch.input_config.requests.requests[${index}].request': Cannot find field.`;

  it.each<[string, [number, string][]]>([
    ["Error on line 1: invalid JSON, near column 1032: no such field: 'x'", [[1, expect.stringMatching(/^Error/)]]],
    [
      'Error on line 2: a\nb\nError on line 4: c',
      [
        [2, 'Error on line 2: a\nb'],
        [4, 'Error on line 4: c'],
      ],
    ],
    [
      `${unknown(0)}\n${unknown(41)}`,
      [
        [1, unknown(0)],
        [42, unknown(41)],
      ],
    ],
    ["Bad:\nInvalid value at 'batch.inputConfig.requests.requests[0].request'", [[1, expect.any(String)]]],
    ["Invalid value at 'contents[3]'", []],
    ['line 3 is odd', []],
    ['', []],
  ])('finds in %j what is said of lines', (message, reasons) => {
    expect(lineReasons(message).map(({ line, message: words }) => [line, words])).toEqual(reasons);
  });
});
