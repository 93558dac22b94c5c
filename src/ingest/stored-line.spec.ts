import fc from 'fast-check';
import { ENDPOINTS } from '../providers/contract/adapter';
import { readItem, type ReadItem } from './item-reader';
import { lineFrame, readStoredLine } from './stored-line';

const HARD = ['","method":"POST","url":"', '","body":{', '\\', '\\"', 'a,', '{"custom_id":"', '}\\n', '😀', '\u2028'];
const customId = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 10 }),
    fc.constantFrom(...HARD),
    fc.constantFrom(...HARD).map((x) => x + x),
  )
  .filter((text) => !/\p{Cc}/u.test(text));
/** White space that JSON allows, also where a line would end. */
const space = fc.constantFrom('', ' ', '\n', '\r\n', '\t', '\r');

function toStoredLine({ customIdJson, endpoint, body }: ReadItem): Buffer[] {
  const { head, middle, tail } = lineFrame(endpoint);
  return [head, customIdJson, middle, body, tail];
}

describe('a stored line', () => {
  it('gives back custom_id, endpoint and body byte for byte, on one line', () => {
    fc.assert(
      fc.property(customId, fc.constantFrom(...ENDPOINTS), fc.constantFrom(...HARD), space, (id, url, text, gap) => {
        const numbers = '"n":[12345678901234567890,1.10,-0.0,1E+2]';
        const body = `{${gap}"model"${gap}:"m",${gap}${numbers},"t":${JSON.stringify(text)}${gap}}`;
        const json = `{"body":${body},"url":"${url}","custom_id":${JSON.stringify(id)}}`;
        const bytes = Buffer.concat(toStoredLine(readItem(Buffer.from(json), 0) as ReadItem));
        expect(bytes.indexOf(0x0a)).toBe(bytes.length - 1);
        expect(bytes.includes(0x0d)).toBe(false);
        const stored = readStoredLine(bytes.subarray(0, -1));
        expect(stored.customIdJson.toString()).toBe(JSON.stringify(id));
        expect(stored.endpoint).toBe(url);
        expect(stored.body.toString()).toBe(body.replace(/[\r\n]/g, ' '));
        expect(JSON.parse(bytes.toString())).toMatchObject({ custom_id: id, method: 'POST', url });
      }),
      { seed: 20262, numRuns: 600 },
    );
  });

  it('keeps an escaped spelling of custom_id', () => {
    const item = readItem(Buffer.from('{"custom_id":"\\u0041\\/\\"","body":{"model":"m"}}'), 0) as ReadItem;
    const line = Buffer.concat(toStoredLine(item)).subarray(0, -1);
    expect(readStoredLine(line).customIdJson.toString()).toBe('"\\u0041\\/\\""');
  });

  it('is not read from anything else', () => {
    expect(() => readStoredLine(Buffer.from('{"custom_id":"a"}'))).toThrow('not as it was written');
  });
});
