import { KeyedHash } from './keyed-hash';

/** `vectors_hsip64` of SipHash's reference implementation: the bytes 0, 1, 2… up to a length, under the key 0 to 7. */
const VECTORS: readonly [length: number, hash: string][] = [
  [0, '218d1f59b9b83cc8'],
  [1, 'be552412f8387315'],
  [2, '064f39ef7c50eb57'],
  [3, 'ce0f1a45f7060679'],
  [4, 'd5e78a175be52ea1'],
];
const BYTES = Buffer.from(Array.from({ length: 64 }, (_, index) => index));

function hashed(key: Buffer, bytes: Buffer, start = 0, end = bytes.length): string {
  const hash = new KeyedHash(key);
  hash.update(bytes, start, end);
  const words = Buffer.alloc(16);
  hash.words.forEach((word, index) => words.writeInt32LE(word, index * 4));
  return words.toString('hex');
}

describe('KeyedHash', () => {
  it.each(VECTORS)('is HalfSipHash-2-4 of %i bytes under each half of its key', (length, expected) => {
    const half = BYTES.subarray(0, 8);
    const otherHalf = Buffer.alloc(8, 9);
    expect(hashed(Buffer.concat([half, otherHalf]), BYTES, 0, length).slice(0, 16)).toBe(expected);
    expect(hashed(Buffer.concat([otherHalf, half]), BYTES, 0, length).slice(16)).toBe(expected);
  });

  it('hashes the bytes of a range and nothing around them', () => {
    const key = BYTES.subarray(0, 16);
    expect(hashed(key, BYTES, 5, 24)).toBe(hashed(key, Buffer.from(BYTES.subarray(5, 24))));
    expect(hashed(key, BYTES, 5, 24)).not.toBe(hashed(key, BYTES, 5, 25));
    expect(hashed(key, BYTES, 5, 24)).not.toBe(hashed(BYTES.subarray(1, 17), BYTES, 5, 24));
  });
});
