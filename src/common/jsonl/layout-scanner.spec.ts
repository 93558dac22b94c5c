import { LayoutScanner, NOT_SIMPLE } from './layout-scanner';

const MAX_DEPTH = 4;

function scan(json: string, around = ''): { end: number; scanner: LayoutScanner; bytes: Buffer } {
  const scanner = new LayoutScanner('body', MAX_DEPTH);
  const bytes = Buffer.from(`${around}${json}${around}`);
  return { end: scanner.scan(bytes, around.length, bytes.length) - around.length, scanner, bytes };
}

const isSimple = (json: string) => scan(json).end === Buffer.byteLength(json);
const key = (name: string) => Buffer.from(JSON.stringify(name));

describe('LayoutScanner', () => {
  it('finds the members of an object and those of the nested one', () => {
    const json = '{"custom_id" : "a", "n":{"body":1},"body":\n{"model":"m", "x":[1,{"body":2}]}}';
    const { scanner, bytes, end } = scan(json, '  ');
    expect(end).toBe(json.length);
    const value = (spans: typeof scanner.members, name: string) => {
      const member = spans.find(bytes, key(name));
      return member < 0 ? null : bytes.toString('utf8', spans.valueStart(member), spans.valueEnd(member));
    };
    expect(value(scanner.members, 'custom_id')).toBe('"a"');
    expect(value(scanner.members, 'body')).toBe('{"model":"m", "x":[1,{"body":2}]}');
    expect(value(scanner.members, 'model')).toBeNull();
    expect(value(scanner.nested, 'model')).toBe('"m"');
    expect(value(scanner.nested, 'x')).toBe('[1,{"body":2}]');
    expect(scanner.hasLineBreak).toBe(true);
    expect(scan('{"a":"\\n"}').scanner.hasLineBreak).toBe(false);
  });

  it('tells a key that occurs twice, in the object or in the nested one', () => {
    expect(scan('{"a":1,"b":2,"ab":3}').scanner.members.hasDuplicate(Buffer.from('{"a":1,"b":2,"ab":3}'))).toBe(false);
    const twice = '{"a":1,"b":2,"body":{"c":1,"d":2,"c":3},"b":2}';
    const { scanner, bytes } = scan(twice);
    expect([scanner.members.hasDuplicate(bytes), scanner.nested.hasDuplicate(bytes)]).toEqual([true, true]);
  });

  it.each([
    ['another value', '[1]'],
    ['an object that is cut short', '{"a":{"b":1}'],
    ['a key with an escape', '{"\\u0061":1}'],
    ['a key that is not ASCII', '{"é":1}'],
    ['too deep nesting', '{"a":[[[[]]]]}'],
    ['more members than a request has', `{${Array.from({ length: 65 }, (_, n) => `"k${n}":1`).join()}}`],
    ['a raw control character', '{"a":"\u0001"}'],
    ['a bad escape', '{"a":"\\x"}'],
    ['half an escape', '{"a":"\\u12g4"}'],
    ['a leading zero', '{"a":01}'],
    ['a point without digits', '{"a":1.}'],
    ['an exponent without digits', '{"a":1e+}'],
    ['a literal that is none', '{"a":nul}'],
    ['a comma too many', '{"a":1,}'],
    ['a missing colon', '{"a" 1}'],
    ['a missing comma', '{"a":[1 2]}'],
  ])('leaves %s to the slow way', (_, json) => {
    expect(scan(json).end).toBe(NOT_SIMPLE);
  });

  it.each([
    '{}',
    '{ }',
    '{"a":[[[]]]}',
    '{"a":-0.5e-7,"b":0,"c":1E9}',
    '{"a":"\\ud800\\"\\\\\\/é😀"}',
    '{"a":[true,false,null]}',
  ])('reads %s', (json) => expect(isSimple(json)).toBe(true));

  it('sees nothing of what stands behind the object, and tells bytes above 127', () => {
    expect(scan('{"a":1}', '}').end).toBe(7);
    expect(scan('{"a":"é"}').scanner.isAscii).toBe(false);
    expect(scan('{"a":"e"}').scanner.isAscii).toBe(true);
  });
});
