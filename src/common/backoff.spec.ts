import { backoffMs } from './backoff';
import { Random } from './random';

class FixedRandom extends Random {
  constructor(private readonly value: number) {
    super();
  }

  bytes(size: number): Buffer {
    return Buffer.alloc(size);
  }

  override fraction(): number {
    return this.value;
  }
}

describe('backoffMs', () => {
  const [least, most] = [new FixedRandom(0), new FixedRandom(1)];

  it('doubles from half a second up to a minute', () => {
    const longest = Array.from({ length: 9 }, (_, failures) => backoffMs(failures, most));
    expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(backoffMs(100_000, most)).toBe(60_000);
  });

  it('waits at least half of it', () => {
    for (const failures of [0, 3, 7, 50]) {
      expect(backoffMs(failures, least)).toBe(backoffMs(failures, most) / 2);
      expect(backoffMs(failures, new FixedRandom(0.5))).toBe((backoffMs(failures, most) * 3) / 4);
    }
  });
});
