import { ProviderCallError, type CallFailure } from '../contract/errors';
import { awaitInput } from './await-input';

describe('awaitInput', () => {
  const { signal } = new AbortController();
  let pauses: number[];
  const clock = { now: () => 0, sleep: async (ms: number) => void pauses.push(ms) };
  beforeEach(() => (pauses = []));

  const wait = (isReady: () => Promise<boolean>, on = signal) => awaitInput({ provider: 'p', clock }, isReady, on);
  const failing = (failure: CallFailure) => async () => {
    throw new ProviderCallError('p', failure, 'why', { status: 500 });
  };

  it('looks at once, and then with growing pauses', async () => {
    let looks = 0;
    await wait(async () => ++looks === 3);
    expect(pauses).toEqual([0, 50, 200]);
  });

  it('gives up after half a minute, for now', async () => {
    await expect(wait(async () => false)).rejects.toMatchObject({ provider: 'p', failure: 'throttled' });
    expect(pauses.reduce((sum, ms) => sum + ms)).toBe(30_250);
  });

  it.each([
    ['ambiguous', 'throttled'],
    ['unauthorized', 'unauthorized'],
    ['not_found', 'not_found'],
    ['rejected', 'rejected'],
  ] as const)('takes a look that is %s for %s, since nothing was created', async (failure, told) => {
    const error = { failure: told, certainlyNotDone: true, message: 'why', details: { status: 500 } };
    await expect(wait(failing(failure))).rejects.toMatchObject(error);
  });

  it('passes on what is no failed call', async () => {
    const bug = new TypeError('bug');
    await expect(wait(async () => Promise.reject(bug))).rejects.toBe(bug);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const waiting = wait(async () => {
      stop.abort();
      return false;
    }, stop.signal);
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(pauses).toEqual([0, 50]);
  });
});
