import { replaceField, replaceValues, singleLine } from './replace-value';

describe('replaceValues', () => {
  it('makes edits in any order, also empty and adjoining ones', () => {
    const edits = [
      { start: 4, end: 5, with: 'é' },
      { start: 0, end: 2, with: Buffer.from('X') },
      { start: 2, end: 2, with: '--' },
    ];
    expect(replaceValues(Buffer.from('abcdef'), edits).toString()).toBe('X--cdéf');
  });

  it('copies when there is nothing to edit', () => {
    const bytes = Buffer.from('ab');
    const copy = replaceValues(bytes, []);
    expect(copy).toEqual(bytes);
    expect(copy).not.toBe(bytes);
  });

  it.each([
    [
      [0, 3],
      [2, 4],
    ],
    [[0, 99]],
    [[3, 2]],
  ])('refuses edits that overlap or are out of range', (...spans) => {
    const edits = spans.map(([start, end]) => ({ start: start!, end: end!, with: '' }));
    expect(() => replaceValues(Buffer.from('abcdef'), edits)).toThrow(RangeError);
  });
});

describe('replaceField', () => {
  it('leaves all other bytes alone', () => {
    const body = Buffer.from('{"seed":12345678901234567890, "model" : "alias" ,"t":1.0,"x":{"model":"alias"}}');
    expect(replaceField(body, 'model', '"real"').toString()).toBe(
      '{"seed":12345678901234567890, "model" : "real" ,"t":1.0,"x":{"model":"alias"}}',
    );
  });

  it('replaces every occurrence of a duplicate key', () => {
    expect(replaceField(Buffer.from('{"a":1,"b":2,"\\u0061":3}'), 'a', '{}').toString()).toBe(
      '{"a":{},"b":2,"\\u0061":{}}',
    );
  });

  it.each(['{"b":1}', '{}', '[1]', '"a"'])('throws for %s, which has no such key', (json) => {
    expect(() => replaceField(Buffer.from(json), 'a', '1')).toThrow('No top-level key "a"');
  });
});

describe('singleLine', () => {
  it('turns raw newlines into spaces and keeps escaped ones', () => {
    expect(singleLine(Buffer.from('{\r\n"a":\n"x\\ny"}')).toString()).toBe('{  "a": "x\\ny"}');
  });

  it('does not copy what is on one line, nor change its argument', () => {
    const [flat, lines] = [Buffer.from('{"a":1}'), Buffer.from('{\n}')];
    expect(singleLine(flat)).toBe(flat);
    singleLine(lines);
    expect(lines.toString()).toBe('{\n}');
  });
});
