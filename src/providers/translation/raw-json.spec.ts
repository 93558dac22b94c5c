import fc from 'fast-check';
import { JsonText, rawAt, rawElements, writeJson } from './raw-json';

describe('writeJson', () => {
  it('writes what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(writeJson(value)).toBe(JSON.stringify(value));
      }),
    );
    expect(writeJson({ a: undefined, b: [null, '\ud800'] })).toBe('{"b":[null,"\\ud800"]}');
  });

  it('splices JSON in as it stands, on one line and as valid UTF-8', () => {
    const numbers = '{"a":12345678901234567890,"b":1.10,"c":-0.0,"d":1e999}';
    expect(writeJson([{ x: JsonText.of(numbers) }])).toBe(`[{"x":${numbers}}]`);
    expect(writeJson(JsonText.of('{\r\n"a":\n1}'))).toBe('{  "a": 1}');
    const half = writeJson(JsonText.of('{"a":"\ud800x😀\udc00"}'));
    expect(half).toBe('{"a":"\\ud800x😀\\udc00"}');
    expect(writeJson(JsonText.from(Buffer.from('{"é":\n1.10}')))).toBe('{"é": 1.10}');
  });
});

describe('rawAt and rawElements', () => {
  it('finds every element as it is spelled', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 6 }), fc.constantFrom(0, 1, 2), (values, indent) => {
        const json = Buffer.from(JSON.stringify({ a: { b: values }, c: 1 }, null, indent));
        const elements = rawElements(rawAt(json, 'a', 'b') ?? Buffer.alloc(0));
        expect(elements.map((element) => JSON.parse(element.toString()))).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  it.each([
    ['[1.10 , 2e1,-0]', ['1.10', '2e1', '-0']],
    [' [ ] ', []],
    ['{"a":1}', []],
    ['["]",[",",{"x":"["}]]', ['"]"', '[",",{"x":"["}]']],
  ])('splits %s', (json, elements) => {
    expect(rawElements(Buffer.from(json)).map(String)).toEqual(elements);
  });

  it('takes the last of two keys, and says when there is none', () => {
    expect(rawAt(Buffer.from('{"a":1,"a":2}'), 'a')?.toString()).toBe('2');
    expect([rawAt(Buffer.from('{"a":1}'), 'b'), rawAt(Buffer.from('{"a":1}'), 'a', 'b')]).toEqual([null, null]);
  });
});
