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

export class SystemRandom extends Random {
  bytes(size: number): Buffer {
    return randomBytes(size);
  }
}
