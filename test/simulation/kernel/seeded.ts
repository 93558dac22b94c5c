import { Random } from '../../../src/common/random';

/** The same numbers for the same seed: xorshift over 32 bits, its state scattered by a multiply so that near seeds lie apart. */
export class Seeded extends Random {
  private state: number;

  constructor(seed: number) {
    super();
    this.state = scatter(seed) || 1;
  }

  /** A number in [0, 1). */
  override fraction(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) / 2 ** 32;
  }

  bytes(size: number): Buffer {
    return Buffer.from(Array.from({ length: size }, () => this.below(256)));
  }

  /** A whole number from 0 to `end` (exclusive). */
  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }

  /** A whole number, both ends included. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('There is nothing to pick from');
    return choice;
  }
}

/** Another seed for each `part` of what one seed decides. */
export function derive(seed: number, part: number): number {
  return scatter(scatter(seed) ^ Math.imul(part + 1, 0x9e3779b1));
}

/** The finalizer of MurmurHash3. */
function scatter(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) | 0;
}
