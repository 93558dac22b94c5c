import { ManualClock, settled } from '../../test/support/manual-clock';
import { BodyGate } from './body-gate';
import { IncompleteBodyError, TooManyBodiesError } from './ingest.errors';

const HERE = new AbortController().signal;

describe('BodyGate', () => {
  let gate: BodyGate;
  let clock: ManualClock;
  let log: string[];
  const ends = new Map<string, () => void>();

  beforeEach(() => {
    clock = new ManualClock();
    gate = new BodyGate({ places: 2, maxWaiting: 3, longestWaitMs: 60_000 }, clock);
    log = [];
  });

  /** A body that is in hand until {@link end}. */
  function come(name: string, gone = HERE, ownerId = name): Promise<string> {
    return gate.pass({ ownerId, gone, aside: (wait) => wait() }, () => {
      log.push(name);
      return new Promise((resolve) => ends.set(name, () => resolve(name)));
    });
  }

  async function end(name: string): Promise<void> {
    ends.get(name)?.();
    await settled();
  }

  it('lets as many in as it has places, and the others in the order in which they came', async () => {
    const all = Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => come(name)));
    await settled();
    expect(log).toEqual(['a', 'b']);
    for (const name of ['b', 'a', 'd', 'c', 'e']) await end(name);
    expect(log).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await all).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('gives a place back when a body fails, too', async () => {
    const fail = () => Promise.reject(new Error('broken'));
    for (let time = 0; time < 5; time++)
      await expect(gate.pass({ ownerId: 'one', gone: HERE, aside: (wait) => wait() }, fail)).rejects.toThrow('broken');
    void come('a');
    await settled();
    expect(log).toEqual(['a']);
  });

  it('refuses those that it has no room for, with a time to come again', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) void come(name);
    const refusal = { code: 'service_unavailable', extras: { retry_after_seconds: 30 } };
    await expect(come('f')).rejects.toBeInstanceOf(TooManyBodiesError);
    await expect(come('f')).rejects.toMatchObject(refusal);
    await end('a');
    const late = come('g');
    for (const name of ['b', 'c', 'd', 'e', 'g']) await end(name);
    expect([log, await late]).toEqual([['a', 'b', 'c', 'd', 'e', 'g'], 'g']);
  });

  it('forgets who goes away while waiting, and makes room', async () => {
    const leaver = new AbortController();
    for (const name of ['a', 'b', 'c']) void come(name);
    const left = come('left', leaver.signal);
    void come('d');
    await expect(come('full')).rejects.toBeInstanceOf(TooManyBodiesError);
    leaver.abort();
    await expect(left).rejects.toBeInstanceOf(IncompleteBodyError);
    void come('e');
    for (const name of ['a', 'b', 'c', 'd', 'e']) await end(name);
    expect(log).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('does not let one wait that has gone already', async () => {
    const leaver = new AbortController();
    leaver.abort();
    for (const name of ['a', 'b']) void come(name);
    await expect(come('left', leaver.signal)).rejects.toBeInstanceOf(IncompleteBodyError);
  });

  it('leaves half of its places, and of its line, to others than one owner', async () => {
    for (const name of ['a1', 'a2', 'a3']) void come(name, HERE, 'a');
    await expect(come('a4', HERE, 'a')).rejects.toBeInstanceOf(TooManyBodiesError);
    void come('b');
    void come('c');
    await settled();
    expect(log).toEqual(['a1', 'b']);
    await end('b');
    expect(log).toEqual(['a1', 'b', 'c']);
    for (const name of ['a1', 'c', 'a2', 'a3']) await end(name);
    expect(log).toEqual(['a1', 'b', 'c', 'a2', 'a3']);
  });

  it('refuses who has waited for too long, makes room, and stops its clock for who is let in', async () => {
    for (const name of ['a', 'b']) void come(name);
    const late = come('late');
    void late.catch(() => undefined);
    await clock.forward(59_000, 1_000);
    for (const name of ['c', 'd']) void come(name);
    await clock.forward(1_000, 1_000);
    await expect(late).rejects.toBeInstanceOf(TooManyBodiesError);
    for (const name of ['a', 'b', 'c', 'd']) await end(name);
    expect([log, clock.sleeping]).toEqual([['a', 'b', 'c', 'd'], 0]);
  });
});
