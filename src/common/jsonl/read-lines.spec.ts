import { Readable } from 'node:stream';
import fc from 'fast-check';
import { LineTooLongError, readLineGroups, readLines } from './read-lines';

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield new Uint8Array(bytes.subarray(at, at + size));
}

async function read(text: string, size: number, maxLineBytes = 1000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(pieces(Buffer.from(text), size), { maxLineBytes })) lines.push(line.toString());
  return lines;
}

async function ending(text: string): Promise<unknown> {
  const onEnd = jest.fn();
  for await (const line of readLines(pieces(Buffer.from(text), 3), { maxLineBytes: 1000, onEnd })) void line;
  expect(onEnd).toHaveBeenCalledTimes(1);
  return onEnd.mock.calls[0];
}

describe.each([1, 2, 1000])('readLines with chunks of %i bytes', (size) => {
  it.each([
    ['', []],
    ['\n\r\n\n', []],
    ['a\nb\n', ['a', 'b']],
    ['a\r\n\r\nb', ['a', 'b']],
    ['a\rb\r', ['a\rb']],
    ['\ufeffé\n😀\n', ['é', '😀']],
    ['\ufeff\n\ufeffa', ['\ufeffa']],
    [' \n', [' ']],
  ])('reads %j', async (text, lines) => {
    expect(await read(text, size)).toEqual(lines);
  });

  it('keeps empty lines when they are asked for', async () => {
    const lines: string[] = [];
    const options = { maxLineBytes: 1000, keepsEmpty: true };
    for await (const line of readLines(pieces(Buffer.from('\na\r\n\r\nb'), size), options)) lines.push(line.toString());
    expect(lines).toEqual(['', 'a', '', 'b']);
  });

  it('holds lines to the limit, which is exact', async () => {
    expect(await read('12345\n12345', size, 5)).toEqual(['12345', '12345']);
    const error: unknown = await read('1\n\n123456', size, 5).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LineTooLongError);
    expect(error).toMatchObject({ line: 3, limit: 5 });
  });
});

describe('readLines', () => {
  it.each([
    ['', { bytes: 0, endedWithNewline: true }],
    ['aé\n', { bytes: 4, endedWithNewline: true }],
    ['a\r\n\n', { bytes: 4, endedWithNewline: true }],
    ['a\nb', { bytes: 3, endedWithNewline: false }],
    ['a\n\r', { bytes: 3, endedWithNewline: false }],
  ])('tells how %j ended', async (text, info) => {
    expect(await ending(text)).toEqual([info]);
  });

  it('destroys the source and does not call onEnd when the consumer stops or a line is too long', async () => {
    const onEnd = jest.fn();
    const [stopped, refused] = [Readable.from([Buffer.from('a\nb\n')]), Readable.from([Buffer.from('a\nbbb\n')])];
    for await (const line of readLines(stopped, { maxLineBytes: 2, onEnd })) if (line.length > 0) break;
    const all = async () => {
      for await (const line of readLines(refused, { maxLineBytes: 2, onEnd })) void line;
    };
    await expect(all()).rejects.toThrow('Line 2 is longer than 2 bytes');
    expect([stopped.destroyed, refused.destroyed]).toEqual([true, true]);
    expect(onEnd).not.toHaveBeenCalled();
  });

  it('passes on the failure of the source', async () => {
    const source = new Readable({ read: () => undefined });
    source.destroy(new Error('gone'));
    await expect(readLines(source, { maxLineBytes: 9 }).next()).rejects.toThrow('gone');
  });

  it('finds the same lines wherever the stream is cut', async () => {
    const texts = fc.array(fc.constantFrom('é', '😀', '\n', '\r\n', '\r', '{"a":1}'), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 9 }), async (parts, size) => {
        const text = parts.join('');
        const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
        expect(await read(text, size)).toEqual(lines.filter((line) => line !== ''));
      }),
      { numRuns: 200 },
    );
  });

  it('groups the lines by the chunk that they end in', async () => {
    const groups: string[][] = [];
    const source = ['a\nb\n\nc', '', 'd', 'e\nf\n', '\n', 'g'].map((text) => Buffer.from(text));
    for await (const lines of readLineGroups(Readable.from(source), { maxLineBytes: 9 }))
      groups.push(lines.map(String));
    expect(groups).toEqual([['a', 'b'], ['cde', 'f'], ['g']]);
  });
});
