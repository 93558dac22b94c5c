import fc from 'fast-check';
import { toLine } from './to-line';

const ID = 'r0000000-aaaaaaa1';
const line = (body: string) => toLine({ endpoint: '/v1/chat/completions', body: Buffer.from(body) }, ID).toString();

describe('toLine', () => {
  it('has our id and the body, digit by digit, without what the job says or nobody can use', () => {
    const body =
      '{"model":"fireworks/x", "seed": 12345678901234567890,\n "stream": false, "messages": [{"model":1.10}]}';
    expect(line(body)).toBe(`{"custom_id":"${ID}","body":{"seed": 12345678901234567890,"messages": [{"model":1.10}]}}`);
  });

  it('keeps every other field of any body', () => {
    const bodies = fc.dictionary(
      fc.oneof(
        fc.constantFrom('model', 'stream', 'messages'),
        fc.string().filter((key) => key !== '__proto__'),
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        const { model: _model, stream: _stream, ...kept } = body;
        const row = JSON.parse(line(JSON.stringify(body))) as unknown;
        expect(row).toEqual({ custom_id: ID, body: JSON.parse(JSON.stringify(kept)) as unknown });
      }),
    );
  });
});
