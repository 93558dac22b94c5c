import fc from 'fast-check';
import { toTail } from '../execution/outcome-tail';
import { readResultLine } from './result-line';

const written = (customId: string, tail: Buffer) =>
  Buffer.concat([Buffer.from(`{"id":"batch_req_X_0","custom_id":${JSON.stringify(customId)},`), tail.subarray(0, -1)]);

describe('readResultLine', () => {
  it('reads back whatever was written', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(',"body":', '},"error":null}', '},"error":{'));
    const error = fc.option(fc.record({ code: text, message: text }));
    const response = fc.record({
      statusCode: fc.constantFrom(200, 400, 529),
      requestId: fc.option(text),
      body: fc.json(),
    });
    fc.assert(
      fc.property(text, fc.option(response), error, (customId, answer, failure) => {
        const outcome = {
          response: answer && { ...answer, body: Buffer.from(answer.body) },
          error: failure ?? (answer ? null : { code: 'x', message: 'y' }),
        };
        const read = readResultLine(written(customId, toTail(outcome)));
        expect(JSON.parse(read.customIdJson.toString())).toBe(JSON.parse(JSON.stringify(customId)));
        expect(read.error).toEqual(JSON.parse(JSON.stringify(outcome.error)));
        expect(read.response && { ...read.response, body: read.response.body.toString() }).toEqual(
          JSON.parse(JSON.stringify(answer)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('throws for a line that is none', () => {
    expect(() => readResultLine(Buffer.from('{"id":"x"}'))).toThrow('not as it was written');
  });
});
