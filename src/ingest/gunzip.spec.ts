import { constants, gzipSync } from 'node:zlib';
import { gunzip } from './gunzip';
import { CompressionRatioError } from './ingest.errors';

const TEXT = Buffer.from(
  JSON.stringify(Array.from({ length: 20_000 }, (_, index) => ({ custom_id: `item-${index}` }))),
);
const MIB = 1024 * 1024;

function pieces(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

/** A source that tells how far it has been read, and whether it was told to stop. */
function sourceOf(chunks: Iterable<Buffer>) {
  const seen = { read: 0, ended: false };
  async function* read(): AsyncGenerator<Buffer> {
    try {
      for (const chunk of chunks) {
        seen.read += 1;
        yield await Promise.resolve(chunk);
      }
    } finally {
      seen.ended = true;
    }
  }
  return { seen, read };
}

async function decode(...chunks: Buffer[]): Promise<string> {
  const decoded: Buffer[] = [];
  for await (const chunk of gunzip(sourceOf(chunks).read())) decoded.push(chunk);
  return Buffer.concat(decoded).toString();
}

function openDecoders(): number {
  return process.getActiveResourcesInfo().filter((name) => /zlib/i.test(name)).length;
}

describe('gunzip', () => {
  it.each([1, 7, 1000, 64 * 1024])('gives the same bytes back from pieces of %i', async (size) => {
    const text = size === 1 ? TEXT.subarray(0, 3000) : TEXT;
    expect(await decode(...pieces(gzipSync(text), size))).toBe(text.toString());
  });

  it('takes members one after another, wherever they are cut', async () => {
    const members = Buffer.concat([gzipSync('{"a"'), gzipSync(''), gzipSync(':1}')]);
    for (let size = 1; size <= members.length; size++) expect(await decode(...pieces(members, size))).toBe('{"a":1}');
  });

  it('takes pieces without bytes', async () => {
    expect(await decode(Buffer.alloc(0), gzipSync('x'), Buffer.alloc(0))).toBe('x');
  });

  const whole = gzipSync('{"requests":[]}');
  const wrongSum = Buffer.from(whole);
  wrongSum[whole.length - 8]! ^= 1;
  it.each([
    ['nothing at all', [], 'ends early'],
    ['a cut in the header', [whole.subarray(0, 5)], 'ends early'],
    ['a cut in the data', [whole.subarray(0, 15)], 'ends early'],
    ['a cut in the sum', [whole.subarray(0, -1)], 'ends early'],
    ['a cut in the second member', [whole, whole.subarray(0, -1)], 'ends early'],
    ['no gzip', [Buffer.from('{"requests":[]}')], 'cannot be decoded'],
    ['a wrong sum', [wrongSum], 'cannot be decoded'],
    ['text after the end', [Buffer.concat([whole, Buffer.from('more')])], 'cannot be decoded'],
    ['text after the end, in a piece of its own', [whole, Buffer.from('more')], 'cannot be decoded'],
    ['zeros after the end', [Buffer.concat([whole, Buffer.alloc(4)])], 'is followed by something else'],
    ['zeros after the end, in a piece of their own', [whole, Buffer.alloc(4)], 'is followed by something else'],
    ['the start of a member', [whole, Buffer.from([0x1f])], 'ends early'],
  ])('refuses %s', async (_, chunks, what) => {
    await expect(decode(...chunks)).rejects.toMatchObject({
      code: 'invalid_request',
      message: `The gzip body ${what}.`,
    });
  });

  it('refuses a bomb after some megabytes, behind a harmless start too', async () => {
    const bomb = gzipSync(Buffer.alloc(24 * MIB, ' '), { level: 9 });
    const harmless = gzipSync(TEXT.subarray(0, 10_000), { level: constants.Z_NO_COMPRESSION });
    for (const chunks of [pieces(bomb, 4096), [bomb], [harmless, ...pieces(bomb, 4096)]]) {
      let decoded = 0;
      const run = async () => {
        for await (const chunk of gunzip(sourceOf(chunks).read())) decoded += chunk.length;
      };
      await expect(run()).rejects.toThrow(CompressionRatioError);
      expect(decoded).toBeLessThan(Math.max(8 * MIB, 500 * harmless.length) + 4 * MIB);
    }
  });

  it('takes what is as repetitive as requests can be', async () => {
    const phrase = 'lorem ipsum dolor '.repeat(600);
    const items = Array.from({ length: 900 }, (_, index) => ({ custom_id: `item-${index}`, body: phrase }));
    const text = JSON.stringify(items);
    const encoded = gzipSync(text, { level: 9 });
    expect(text.length / encoded.length).toBeGreaterThan(300);
    expect((await decode(...pieces(encoded, 4096))).length).toBe(text.length);
  });

  it('reads ahead no further than a chunk of what is taken', async () => {
    const chunks = Array<Buffer>(100).fill(gzipSync(Buffer.alloc(MIB, 'x'), { level: 1 }));
    const { seen, read } = sourceOf(chunks);
    const decoded = gunzip(read());
    for (let taken = 0; taken < 3 * MIB;) taken += ((await decoded.next()).value as Buffer).length;
    expect(seen.read).toBeLessThanOrEqual(4);
    await decoded.return(undefined);
    expect(seen.ended).toBe(true);
  });

  it('frees its decoder however it ends', async () => {
    const before = openDecoders();
    await decode(gzipSync('x'));
    await decode(Buffer.from('x')).catch(() => undefined);
    const decoded = gunzip(sourceOf([gzipSync(TEXT)]).read());
    await decoded.next();
    await decoded.return(undefined);
    await new Promise((done) => setImmediate(done));
    expect(openDecoders()).toBe(before);
  });
});
