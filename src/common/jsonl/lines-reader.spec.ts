import { JsonSyntaxError, NestingTooDeepError, ValueTooLargeError } from './json-errors';
import { LinesReader } from './lines-reader';

interface Found {
  items: string[];
  layouts: boolean[];
  count: number | null;
}

function read(text: string | Buffer, chunkBytes: number): Found {
  const found: Found = { items: [], layouts: [], count: null };
  const reader = new LinesReader(
    { maxItemBytes: 40, maxDepth: 3, nestedKey: 'body' },
    {
      item: (bytes, start, end, index, layout) => {
        expect(index).toBe(found.items.length);
        found.items.push(bytes.toString('utf8', start, end));
        found.layouts.push(layout !== null);
      },
      field: () => undefined,
      itemsEnd: (count) => (found.count = count),
      notObject: () => undefined,
    },
  );
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  reader.end();
  return found;
}

function failure(text: string | Buffer, chunkBytes: number): unknown {
  try {
    read(text, chunkBytes);
  } catch (error) {
    return error;
  }
  throw new Error('Expected a failure');
}

describe.each([1, 3, 1 << 20])('LinesReader with chunks of %i bytes', (chunkBytes) => {
  it('hands out one item a line, verbatim and without the space around it', () => {
    const text = '\ufeff {"a": 1} \r\n\n  \n"é😀"\n-0\n[1, 2]';
    expect(read(text, chunkBytes)).toEqual({
      items: ['{"a": 1}', '"é😀"', '-0', '[1, 2]'],
      layouts: [true, false, false, false],
      count: 4,
    });
  });

  it('takes a text without a line, and one that ends with a line feed', () => {
    expect(read('', chunkBytes)).toMatchObject({ items: [], count: 0 });
    expect(read(' \n\n', chunkBytes)).toMatchObject({ items: [], count: 0 });
    expect(read('1\n', chunkBytes)).toMatchObject({ items: ['1'], count: 1 });
  });

  it.each([
    ['a value that goes on in the next line', '{"a":1}\n{"b":\n2}', 13],
    ['two values in a line', '{"a":1}\n{} {}\n', 11],
    ['a comma between lines', '{"a":1},\n{}', 7],
    ['a value that is cut short', '{}\n{"a"', 7],
    ['a word', '{}\n\n nope', 6],
    ['a second byte order mark', '{}\n\ufeff{}', 3],
  ])('refuses %s, with the byte', (_, text, offset) => {
    expect(failure(text, chunkBytes)).toMatchObject({ name: JsonSyntaxError.name, offset });
  });

  it('holds its limits', () => {
    expect(failure('[[[[]]]]', chunkBytes)).toMatchObject({ name: NestingTooDeepError.name, offset: 3 });
    expect(failure(`{}\n"${'x'.repeat(50)}"\n`, chunkBytes)).toMatchObject({ name: ValueTooLargeError.name, index: 1 });
    expect(failure(`{}\n"${'x'.repeat(50)}`, chunkBytes)).toMatchObject({ name: ValueTooLargeError.name, index: 1 });
  });
});
