/** Bytes of a key of {@link KeyedHash}: two keys of HalfSipHash. */
export const HASH_KEY_BYTES = 16;
const [V2_START, V3_START] = [0x6c796765, 0x74656462];

/**
 * A 128-bit hash of bytes under a secret key: HalfSipHash-2-4 with 64 bits of output, under two keys. Without the key nobody can
 * make two inputs that collide. Source: the reference implementation of SipHash, `halfsiphash.c`.
 */
export class KeyedHash {
  /** The four words of the last hash. */
  readonly words = new Int32Array(4);
  private readonly key: Int32Array;
  private v0 = 0;
  private v1 = 0;
  private v2 = 0;
  private v3 = 0;

  /** @param key {@link HASH_KEY_BYTES} random bytes */
  constructor(key: Buffer) {
    this.key = Int32Array.from({ length: HASH_KEY_BYTES / 4 }, (_, word) => key.readInt32LE(word * 4));
  }

  /** Hashes the bytes from `start` to `end` (exclusive) into {@link words}. */
  update(bytes: Buffer, start: number, end: number): void {
    this.half(bytes, start, end, 0);
    this.half(bytes, start, end, 2);
  }

  private half(bytes: Buffer, start: number, end: number, at: 0 | 2): void {
    const [k0, k1] = [this.key[at]!, this.key[at + 1]!];
    this.v0 = k0;
    this.v1 = k1 ^ 0xee;
    this.v2 = V2_START ^ k0;
    this.v3 = V3_START ^ k1;
    const whole = start + ((end - start) & ~3);
    let pos = start;
    for (; pos < whole; pos += 4) {
      this.compress(bytes[pos]! | (bytes[pos + 1]! << 8) | (bytes[pos + 2]! << 16) | (bytes[pos + 3]! << 24));
    }
    let last = (end - start) << 24;
    for (let shift = 0; pos < end; pos++, shift += 8) last |= bytes[pos]! << shift;
    this.compress(last);
    this.v2 ^= 0xee;
    this.rounds(4);
    this.words[at] = this.v1 ^ this.v3;
    this.v1 ^= 0xdd;
    this.rounds(4);
    this.words[at + 1] = this.v1 ^ this.v3;
  }

  private compress(word: number): void {
    this.v3 ^= word;
    this.rounds(2);
    this.v0 ^= word;
  }

  private rounds(count: number): void {
    let { v0, v1, v2, v3 } = this;
    for (let round = 0; round < count; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    this.v0 = v0;
    this.v1 = v1;
    this.v2 = v2;
    this.v3 = v3;
  }
}
