import { ManualClock, settled } from '../../test/support/manual-clock';
import { DEFAULT_BODY_LIMITS } from './body-limits';
import { BodyTooSlowError } from './ingest.errors';
import { PacedReader } from './paced-reader';

const LIMITS = { ...DEFAULT_BODY_LIMITS, bodyIdleMs: 30_000, bodyMinBytesPerSecond: 1000 };
const HOUR = 3_600_000;

/** A client whose bytes come when a test says so; they can come before they are asked for. */
class Client implements AsyncIterator<Buffer, undefined> {
  returned = false;
  private readonly arrived: IteratorResult<Buffer, undefined>[] = [];
  private asked: ((next: IteratorResult<Buffer, undefined>) => void) | null = null;

  next(): Promise<IteratorResult<Buffer, undefined>> {
    const next = this.arrived.shift();
    return next ? Promise.resolve(next) : new Promise((resolve) => (this.asked = resolve));
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.returned = true;
    return Promise.resolve({ done: true, value: undefined });
  }

  send(bytes: number): Promise<void> {
    return this.give({ done: false, value: Buffer.alloc(bytes) });
  }

  end(): Promise<void> {
    return this.give({ done: true, value: undefined });
  }

  private give(next: IteratorResult<Buffer, undefined>): Promise<void> {
    if (this.asked) this.asked(next);
    else this.arrived.push(next);
    this.asked = null;
    return settled();
  }
}

describe('the pace of a body', () => {
  let clock: ManualClock;
  let client: Client;
  let received: number;
  let outcome: unknown;
  let ended: Promise<void>;
  /** What the consumer does with each chunk. */
  let take: () => Promise<void>;

  beforeEach(async () => {
    [clock, client, received, outcome] = [new ManualClock(), new Client(), 0, 'reading'];
    take = () => Promise.resolve();
    ended = readAll().then(
      () => void (outcome = 'whole'),
      (error: unknown) => void (outcome = error),
    );
    await settled();
  });
  afterEach(() => expect(clock.sleeping).toBe(outcome === 'reading' ? 1 : 0));

  async function readAll(): Promise<void> {
    for await (const chunk of new PacedReader(client, LIMITS, clock).read()) {
      received += chunk.length;
      await take();
    }
  }

  it('lets a steady body through, however long it takes', async () => {
    for (let second = 0; second < 600; second++) {
      await client.send(1000);
      await clock.forward(1000);
    }
    await client.end();
    await ended;
    expect([outcome, received]).toEqual(['whole', 600_000]);
    expect(client.returned).toBe(true);
  });

  it('gives a body up that brings nothing for as long as is stated', async () => {
    await client.send(1_000_000);
    await clock.forward(29_000, 1000);
    expect(outcome).toBe('reading');
    await clock.forward(3_000, 1000);
    expect(outcome).toBeInstanceOf(BodyTooSlowError);
    expect(outcome).toMatchObject({
      code: 'request_timeout',
      extras: { details: { idle_ms: 30_000, min_bytes_per_second: 1000 } },
    });
  });

  it('gives a trickle up after a minute', async () => {
    let seconds = 0;
    for (; outcome === 'reading' && seconds < 300; seconds += 2) {
      await client.send(1);
      await clock.forward(2000, 1000);
    }
    expect(outcome).toBeInstanceOf(BodyTooSlowError);
    expect(seconds).toBeGreaterThanOrEqual(60);
    expect(seconds).toBeLessThan(65);
  });

  it('does not let a fast start pay for more than a minute', async () => {
    await client.send(100_000_000);
    let seconds = 0;
    for (; outcome === 'reading' && seconds < 300; seconds += 10) {
      await client.send(1);
      await clock.forward(10_000, 1000);
    }
    expect(seconds).toBeLessThanOrEqual(70);
  });

  it('does not count the time in which we do not read', async () => {
    let goOn = () => {};
    take = () => new Promise((resolve) => (goOn = resolve));
    await client.send(10);
    await clock.forward(5 * HOUR, 60_000);
    goOn();
    await client.end();
    await ended;
    expect(outcome).toBe('whole');
  });

  it('does not count the time in which the whole process is held up, or that a set clock makes up', async () => {
    await clock.forward(HOUR);
    await settled();
    expect(outcome).toBe('reading');
    await client.send(10);
    await client.end();
    await ended;
    expect(outcome).toBe('whole');
  });

  it('stops watching when its reader wants no more', async () => {
    take = () => Promise.reject(new Error('enough'));
    await client.send(10);
    await ended;
    expect([outcome, client.returned]).toEqual([new Error('enough'), true]);
  });

  it('takes what comes after it has given up for nothing', async () => {
    await clock.forward(40_000, 1000);
    expect(outcome).toBeInstanceOf(BodyTooSlowError);
    await client.send(10);
    expect(received).toBe(0);
    expect(client.returned).toBe(true);
  });
});
