import { Random } from '../common/random';
import { RetryPlan } from './retry-plan';
import { DEFAULT_WEBHOOK_RETRY_MS } from './webhooks.options';

const [HOUR, DAY] = [3_600_000, 86_400_000];

class FixedRandom extends Random {
  constructor(private readonly value: number) {
    super();
  }

  bytes(size: number): Buffer {
    return Buffer.alloc(size, Math.floor(this.value * 255));
  }
}

const plan = (retryMs?: readonly number[], fraction = 0) =>
  new RetryPlan(retryMs ? { retryMs } : {}, new FixedRandom(fraction));

describe('RetryPlan', () => {
  it('goes on for about a day', () => {
    const sum = DEFAULT_WEBHOOK_RETRY_MS.reduce((all, ms) => all + ms, 0);
    expect(sum).toBeGreaterThan(DAY - HOUR);
    expect(sum * 1.2).toBeLessThan(DAY + 6 * HOUR);
    expect(plan().delayMs(1, null)).toBe(5_000);
    expect(plan().delayMs(DEFAULT_WEBHOOK_RETRY_MS.length, null)).not.toBeNull();
    expect(plan().delayMs(DEFAULT_WEBHOOK_RETRY_MS.length + 1, null)).toBeNull();
  });

  it('waits up to a fifth longer', () => {
    expect(plan([1000], 0.999).delayMs(1, null)).toBeGreaterThan(1190);
    expect(plan([1000], 0.999).delayMs(1, null)).toBeLessThanOrEqual(1200);
  });

  it('waits for as long as it is asked to, up to a day, and never shorter than it would', () => {
    expect(plan([1000]).delayMs(1, 5_000)).toBe(5_000);
    expect(plan([1000]).delayMs(1, 10)).toBe(1000);
    expect(plan([1000]).delayMs(1, 365 * DAY)).toBe(DAY);
    expect(plan([1000]).delayMs(2, 5_000)).toBeNull();
  });
});
