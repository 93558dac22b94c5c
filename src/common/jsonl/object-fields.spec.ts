import { duplicateKey, objectFields } from './object-fields';

function members(json: string, start?: number): (readonly [string, string])[] | undefined {
  const bytes = Buffer.from(json);
  return objectFields(bytes, start)?.map((field) => [
    field.key,
    bytes.toString('utf8', field.valueStart, field.valueEnd),
  ]);
}

describe('objectFields', () => {
  it('finds the top-level members only, in order, with duplicates', () => {
    expect(members(' { "a" : 1.0 ,"b":{"a":[2,"}"]},"a":"\\\\", "c":[ ] }')).toEqual([
      ['a', '1.0'],
      ['b', '{"a":[2,"}"]}'],
      ['a', '"\\\\"'],
      ['c', '[ ]'],
    ]);
  });

  it('gives the key span with quotes and the key without escapes', () => {
    expect(objectFields(Buffer.from('{"\\u0061\\"":1}'))).toEqual([
      { key: 'a"', keyStart: 1, keyEnd: 11, valueStart: 12, valueEnd: 13 },
    ]);
  });

  it('reads an object inside other bytes', () => {
    expect(members('{"x":{"y":1}}', 5)).toEqual([['y', '1']]);
  });

  it.each(['[]', '"{}"', 'null', '1', ''])('is null for %j', (json) => {
    expect(objectFields(Buffer.from(json))).toBeNull();
  });

  it('is empty for an empty object', () => {
    expect(members('{ \n}')).toEqual([]);
  });
});

describe('duplicateKey', () => {
  it.each([
    ['{"a":1,"b":2}', null],
    ['{"a":1,"b":2,"\\u0062":3}', 'b'],
    ['{"__proto__":1}', null],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('of %s is %s', (json, key) => {
    expect(duplicateKey(objectFields(Buffer.from(json))!)).toBe(key);
  });
});
