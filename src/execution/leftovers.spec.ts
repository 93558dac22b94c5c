import type { Leftover, LeftoversStore } from '../batches/leftovers.store';
import type { ProviderAdapter, ProviderCapabilities, RemoteState } from '../providers/contract/adapter';
import type { ProviderRegistry } from '../providers/provider-registry';
import { Leftovers } from './leftovers';

const STOPS = { cancel: 'stops' } as const;
const REMOVES = { cancel: 'none', removalStops: true } as const;
const RUNS_ON = { cancel: 'none' } as const;
type Stopping = Pick<ProviderCapabilities, 'cancel' | 'removalStops'>;

/** What a removal does at a provider whose job is in that state, and whether that was all. */
async function removal(capabilities: Stopping, state: RemoteState, ended = false) {
  const done: string[] = [];
  const adapter = {
    capabilities,
    poll: async () => ({ state }),
    cancel: async () => void done.push('cancel'),
    cleanup: async () => void done.push('cleanup'),
  } as unknown as ProviderAdapter;
  const store = { delete: async () => void done.push('forget') } as unknown as LeftoversStore;
  const registry = { findAdapter: () => adapter } as unknown as ProviderRegistry;
  const leftover = { provider: 'acme', attempt: {}, remoteId: 'job', ended } as Leftover;
  return [await new Leftovers(store, registry).remove(leftover, new AbortController().signal), ...done];
}

describe('the removal of what an attempt left', () => {
  it('tells a job that runs on to stop, and comes another time', async () => {
    expect(await removal(STOPS, 'in_progress')).toEqual([false, 'cancel']);
    expect(await removal({ cancel: 'discards' }, 'cancelling')).toEqual([false, 'cancel']);
  });

  it('waits for a job that nothing stops', async () => {
    expect(await removal(RUNS_ON, 'in_progress')).toEqual([false]);
  });

  it('waits for no job that it stops itself', async () => {
    expect(await removal(REMOVES, 'validating')).toEqual([true, 'cleanup', 'forget']);
  });

  it('takes a job that has ended, seen or not', async () => {
    for (const kind of [STOPS, REMOVES, RUNS_ON]) {
      expect(await removal(kind, 'cancelled')).toEqual([true, 'cleanup', 'forget']);
      expect(await removal(kind, 'in_progress', true)).toEqual([true, 'cleanup', 'forget']);
    }
  });
});
