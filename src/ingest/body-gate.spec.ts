import { settled } from '../../test/support/manual-clock';
import { BodyGate } from './body-gate';
import { IncompleteBodyError, TooManyBodiesError } from './ingest.errors';

const HERE = new AbortController().signal;

describe('BodyGate', () => {
  let gate: BodyGate;
  let log: string[];
  const ends = new Map<string, () => void>();

  beforeEach(() => {
    gate = new BodyGate(2, 3);
    log = [];
  });

  /** A body that is in hand until {@link end}. */
  function come(name: string, gone = HERE): Promise<string> {
    return gate.pass(gone, () => {
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
    for (let time = 0; time < 5; time++) await expect(gate.pass(HERE, fail)).rejects.toThrow('broken');
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
});
