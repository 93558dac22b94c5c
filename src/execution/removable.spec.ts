import type { PartEntity } from '../batches/part.entity';
import type { RemoteState } from '../providers/contract/adapter';
import { mayBeRemoved } from './removable';

const counts = (succeeded: number, failed = 0) => ({ total: 4, succeeded, failed });
const NONE = counts(0);
const STOPS = { cancel: 'stops' } as const;
const DISCARDS = { cancel: 'discards' } as const;
const REMOVES = { cancel: 'none', removalStops: true } as const;
const RUNS_ON = { cancel: 'none' } as const;

const part = (remoteState: RemoteState, remoteCounts: PartEntity['remoteCounts']) => ({
  remoteState,
  remoteCounts,
  itemCount: 4,
  excluded: [],
});

describe('what may be removed from a provider', () => {
  it.each([
    ['completed', counts(3, 1), 4, true],
    ['completed', counts(3, 1), 3, false],
    ['completed', null, 4, true],
    ['completed', null, 3, false],
    ['cancelled', counts(2), 2, true],
    ['cancelled', counts(2), 1, false],
    ['cancelled', null, 0, true],
  ] as const)('of a job that ended %s with %j and gave %i rows: %s', (state, told, rows, expected) => {
    for (const kind of [STOPS, DISCARDS, REMOVES, RUNS_ON])
      expect(mayBeRemoved(part(state, told), rows, kind)).toBe(expected);
  });

  it.each([
    ['began nothing', 'validating', null, 0, [true, true, true, false]],
    ['ran nothing', 'in_progress', NONE, 0, [true, true, true, false]],
    ['runs uncounted', 'in_progress', null, 0, [false, true, false, false]],
    ['ran some', 'in_progress', counts(1), 0, [false, true, false, false]],
    ['failed some, which is paid for', 'cancelling', counts(0, 1), 0, [false, true, false, false]],
    ['ran nothing that was told, and gave some', 'in_progress', NONE, 3, [false, false, false, false]],
    ['ended unseen, and gave all', 'in_progress', counts(3), 4, [true, true, true, true]],
  ] as const)('of a job that was given up and %s', (_, state, told, rows, expected) => {
    const kinds = [STOPS, DISCARDS, REMOVES, RUNS_ON];
    expect(kinds.map((kind) => mayBeRemoved(part(state, told), rows, kind))).toEqual(expected);
  });
});
