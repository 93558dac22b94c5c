import { readRefusal } from './read-refusal';

const lineOf = (message: unknown) => readRefusal(400, { error: { code: 400, message } }).line;

describe('readRefusal', () => {
  it.each([
    ['custom_id is required on requests[0].', 1],
    ['requests[41].body: must be an object, see requests[41]', 42],
    ['requests[1] and requests[2] differ', undefined],
    ['requests[99999999999] is far', undefined],
    ['Each batch request body model must match the top-level model.', undefined],
    [7, undefined],
  ])('finds the line in %j', (message, line) => {
    expect(lineOf(message)).toBe(line);
  });

  it('reads the words of an error, and has no code but the status', () => {
    expect(readRefusal(402, { error: { code: 402, message: 'no credit' } })).toEqual({ message: 'no credit' });
    expect(readRefusal(500, undefined)).toEqual({});
  });
});
