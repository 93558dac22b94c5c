import { BATCH_MOVES, BATCH_STATUSES, isTerminal, TERMINAL_STATUSES } from './batch-status';
import { PART_MOVES, PART_STATES } from './part-state';

/** Every state that some moves lead to from `start`. */
function reachable<S extends string>(moves: Readonly<Record<S, readonly S[]>>, start: S): S[] {
  const found = new Set<S>([start]);
  for (const state of found) for (const next of moves[state]) found.add(next);
  return [...found];
}

describe('the moves of a part', () => {
  it('are told of every state, and reach every state', () => {
    expect(Object.keys(PART_MOVES).sort()).toEqual([...PART_STATES].sort());
    expect(reachable(PART_MOVES, 'queued').sort()).toEqual([...PART_STATES].sort());
  });

  it('end in the one end, which every state can reach and nothing leaves', () => {
    for (const state of PART_STATES) expect(reachable(PART_MOVES, state)).toContain('ended');
    expect(PART_STATES.filter((state) => PART_MOVES[state].length === 0)).toEqual(['ended']);
    expect(PART_MOVES.collecting).toEqual(['ended']);
  });
});

describe('the moves of a batch', () => {
  it('are told of every status, and reach every status', () => {
    expect(Object.keys(BATCH_MOVES).sort()).toEqual([...BATCH_STATUSES].sort());
    expect(reachable(BATCH_MOVES, 'validating').sort()).toEqual([...BATCH_STATUSES].sort());
  });

  it('never go back', () => {
    for (const status of BATCH_STATUSES) {
      const after = BATCH_MOVES[status].flatMap((next) => reachable(BATCH_MOVES, next));
      expect(after).not.toContain(status);
    }
  });

  it('leave no terminal status, and can always reach one', () => {
    expect([...TERMINAL_STATUSES].sort()).toEqual(['cancelled', 'completed', 'expired', 'failed']);
    for (const status of BATCH_STATUSES) {
      expect(isTerminal(status)).toBe(BATCH_MOVES[status].length === 0);
      expect(reachable(BATCH_MOVES, status).some(isTerminal)).toBe(true);
    }
  });
});
