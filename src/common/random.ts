import { randomBytes } from 'node:crypto';

/** The only source of randomness in the product, so that a test can replay a history. */
export abstract class Random {
  /** `size` unpredictable bytes. */
  abstract bytes(size: number): Buffer;

  /** A number in [0, 1). */
  fraction(): number {
    return this.bytes(4).readUInt32BE() / 2 ** 32;
  }
}

/** Drawn from the system at once: an id takes many draws of a few bytes. */
const POOL_BYTES = 4096;

export class SystemRandom extends Random {
  private pool: Buffer = Buffer.alloc(0);

  bytes(size: number): Buffer {
    if (size > POOL_BYTES) return randomBytes(size);
    if (size > this.pool.length) this.pool = randomBytes(POOL_BYTES);
    const drawn = this.pool.subarray(0, size);
    this.pool = this.pool.subarray(size);
    return drawn;
  }
}
