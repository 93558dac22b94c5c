import { EnvelopeSplitter, type SplitEvent } from './envelope-splitter';
import { DuplicateKeyError, JsonSyntaxError, NestingTooDeepError, ValueTooLargeError } from './json-errors';

const OPTIONS = {
  arrayKey: 'requests',
  captureKeys: ['completion_window', 'metadata'],
  maxItemBytes: 20,
  maxFieldBytes: 10,
  maxDepth: 5,
};

function split(json: string | Buffer, chunkBytes = 1 << 20): SplitEvent[] {
  const splitter = new EnvelopeSplitter(OPTIONS);
  const bytes = Buffer.from(json);
  const events: SplitEvent[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    events.push(...splitter.push(bytes.subarray(at, at + chunkBytes)));
  return [...events, ...splitter.end()];
}

function told(events: readonly SplitEvent[]): unknown[] {
  return events.map((event) => ('bytes' in event ? { ...event, bytes: event.bytes.toString() } : event));
}

function failure(json: string | Buffer, chunkBytes?: number): unknown {
  try {
    split(json, chunkBytes);
  } catch (error) {
    return error;
  }
  throw new Error('Expected a failure');
}

describe.each([1, 3, 1 << 20])('EnvelopeSplitter with chunks of %i bytes', (chunkBytes) => {
  it('hands out items and captured fields in order, without white space and otherwise verbatim', () => {
    const json = `\ufeff {"x":[1,{"requests":[9]}], "requests" : [ {"a": 1.0} ,\n"é😀",-0 ]\n,"metadata":{ } , "y":"z"} \n`;
    expect(told(split(json, chunkBytes))).toEqual([
      { type: 'item', index: 0, bytes: '{"a": 1.0}' },
      { type: 'item', index: 1, bytes: '"é😀"' },
      { type: 'item', index: 2, bytes: '-0' },
      { type: 'array_end', count: 3 },
      { type: 'field', key: 'metadata', bytes: '{ }' },
    ]);
  });

  it('tells an empty array from a missing one and from another value', () => {
    expect(told(split('{"requests":[ ] }', chunkBytes))).toEqual([{ type: 'array_end', count: 0 }]);
    expect(told(split('{ }', chunkBytes))).toEqual([]);
    expect(told(split('{"requests":12}', chunkBytes))).toEqual([{ type: 'field', key: 'requests', bytes: '12' }]);
  });

  it('compares keys without their escapes', () => {
    const json = '{"re\\u0071uests":[1],"requests\\u0000":[2]}';
    expect(told(split(json, chunkBytes))).toEqual([
      { type: 'item', index: 0, bytes: '1' },
      { type: 'array_end', count: 1 },
    ]);
  });

  it('takes a very long key for an unknown one', () => {
    expect(split(`{"${'k'.repeat(100_000)}":[1]}`, chunkBytes)).toEqual([]);
  });

  it.each(['[1,2]', '"x"', ' 42', ' 42 ', 'null', '-1.5e3'])('tells that the root %s is not an object', (json) => {
    expect(told(split(json, chunkBytes))).toEqual([{ type: 'not_object', bytes: json.trim() }]);
  });

  it.each(['[1,2,3,4,5,6]', '12345678901', '"1234567890"'])('drops the bytes of the large root %s', (json) => {
    expect(told(split(json, chunkBytes))).toEqual([{ type: 'not_object', bytes: '' }]);
  });

  it.each([
    ['', 0],
    ['\ufeff', 3],
    [' \ufeff{}', 1],
    ['\ufeff\ufeff{}', 3],
    ['{"a":1}x', 7],
    ['{"a":1,}', 7],
    ['{a:1}', 1],
    ['{1:1}', 1],
    ['{"a" 1}', 5],
    ['{"requests":[1,]}', 15],
    ['{"requests":[,1]}', 13],
    ['{"requests":[1 2]}', 15],
    ['{"requests":[1}}', 14],
    ['{"requests":[{"a":01}]}', 19],
    ['{"requests":["a\nb"]}', 15],
    ['{"requests":["\\u12g4"]}', 18],
    ['{"requests":[{]]}', 14],
    ['{"x":tru}', 8],
    ['{"x":+1}', 5],
    ['{"x":1.}', 7],
    ['{"x":\u00a01}', 5],
    ['{"x":1', 6],
    ['-', 1],
    ['nul', 3],
    ['12345678901 2', 12],
  ])('refuses %j at byte %i', (json, offset) => {
    const error = failure(json, chunkBytes);
    expect(error).toBeInstanceOf(JsonSyntaxError);
    expect((error as JsonSyntaxError).offset).toBe(offset);
    expect((error as JsonSyntaxError).message).toMatch(new RegExp(`^Unexpected .* at byte ${offset}$`));
  });

  it.each([
    ['{"metadata":1,"x":2,"x":3,"meta\\u0064ata":4}', 'metadata', 26],
    ['{"requests":[],"requests":0}', 'requests', 15],
  ])('refuses a second known key in %s', (json, key, offset) => {
    const error = failure(json, chunkBytes);
    expect(error).toBeInstanceOf(DuplicateKeyError);
    expect(error).toMatchObject({ key, offset });
  });

  it('holds items and fields to their limits, both exact', () => {
    const [item, field] = [`"${'i'.repeat(18)}"`, '1234567890'];
    expect(
      split(`{"requests":[${item},${'1'.repeat(20)}],"metadata":${field},"other":${'1'.repeat(99)}}`, chunkBytes),
    ).toHaveLength(4);
    const large = failure(`{"requests":[1,${item.replace('i', 'ii')}]}`, chunkBytes);
    expect(large).toBeInstanceOf(ValueTooLargeError);
    expect(large).toMatchObject({ what: 'item', key: null, index: 1, limit: 20 });
    expect(failure(`{"metadata":${field}0}`, chunkBytes)).toMatchObject({
      what: 'field',
      key: 'metadata',
      index: null,
      limit: 10,
    });
    expect(failure('{"requests":{"a":"nothing"}}', chunkBytes)).toMatchObject({ what: 'field', key: 'requests' });
  });

  it('refuses a large value before its end, whatever follows', () => {
    expect(failure(`{"requests":["${'i'.repeat(30)}\n`, chunkBytes)).toBeInstanceOf(ValueTooLargeError);
  });

  it('holds every part of the document to the depth limit', () => {
    expect(split('{"requests":[[[[]]]],"x":[[[[]]]]}', chunkBytes)).toHaveLength(2);
    const deep = failure('{"requests":[[[{"a":[]}]]]}', chunkBytes);
    expect(deep).toBeInstanceOf(NestingTooDeepError);
    expect(deep).toMatchObject({ offset: 20, limit: 5 });
    expect(failure('{"x":[[[[[', chunkBytes)).toMatchObject({ offset: 9 });
    expect(failure('[[[[[[', chunkBytes)).toMatchObject({ offset: 5 });
  });
});

describe('EnvelopeSplitter', () => {
  it('does not copy an item that lies in one chunk', () => {
    const chunk = Buffer.from('{"requests":[{"a":1}]}');
    const [item] = [...new EnvelopeSplitter(OPTIONS).push(chunk)];
    expect(item).toMatchObject({ type: 'item', bytes: chunk.subarray(13, 20) });
    chunk[13] = 0x20;
    expect(item).toMatchObject({ type: 'item', bytes: Buffer.from(' "a":1}') });
  });

  it('joins an item of very many pieces', () => {
    const splitter = new EnvelopeSplitter({ ...OPTIONS, maxItemBytes: 2000 });
    const item = JSON.stringify('0123456789'.repeat(100));
    const events = [...Buffer.from(`{"requests":[${item}`)].flatMap((byte) => [...splitter.push(Buffer.from([byte]))]);
    expect(told(events)).toEqual([{ type: 'item', index: 0, bytes: item }]);
  });
});
