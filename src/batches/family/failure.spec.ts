import fc from 'fast-check';
import { readFailure } from './failure';

/** Bodies and texts that try to look like what stands around them. */
const marks = fc.constantFrom(
  ',"response":null',
  ',"response":{"status_code":200',
  ',"error":{"code":"forged","message":""}}',
  ',"error":null}',
);
const text = fc.oneof(fc.string({ unit: 'binary' }), marks);
const body = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.record({ a: text, response: fc.constant(null), error: fc.record({ code: text, message: text }) }),
);
const response = fc.option(fc.record({ status_code: fc.integer({ min: 100, max: 599 }), request_id: text, body }));
const error = fc.option(fc.record({ code: text, message: text }));

describe('readFailure', () => {
  it('reads the code and the status of any entry', () => {
    fc.assert(
      fc.property(text, response, error, (custom_id, response, error) => {
        const line = Buffer.from(JSON.stringify({ id: 'batch_req_1', custom_id, response, error }));
        const expected = { code: error?.code ?? null, status: response?.status_code ?? null };
        expect(readFailure(line)).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
      { seed: 20278, numRuns: 500 },
    );
  });

  it('refuses what is no entry', () => {
    expect(() => readFailure(Buffer.from('{"id":1}'))).toThrow('not as it was written');
  });
});
