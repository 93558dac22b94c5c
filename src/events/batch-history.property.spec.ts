import fc from 'fast-check';
import { BATCH_MOVES, isTerminal, type BatchStatus } from '../batches/batch-status';
import type { BatchProgressFacts } from '../batches/batches.store';
import { INSTANT_OF } from '../batches/status-instants';
import { isOver, NO_EVENT, reachedAfter } from './batch-history';

const UNTOUCHED: BatchProgressFacts = {
  id: 'batch_1',
  status: 'validating',
  total: 4,
  completed: 0,
  failed: 0,
  createdAt: new Date(0),
  inProgressAt: null,
  finalizingAt: null,
  cancellingAt: null,
  completedAt: null,
  failedAt: null,
  expiredAt: null,
  cancelledAt: null,
};

/** Every life that the moves allow, whole or cut off, as the rows that it leaves one after the other; clocks may disagree. */
const lives = fc.array(fc.tuple(fc.nat(), fc.nat(1_000_000)), { maxLength: 8 }).map((steps) => {
  const rows = [UNTOUCHED];
  for (const [choice, at] of steps) {
    const row = rows.at(-1) ?? UNTOUCHED;
    const moves = BATCH_MOVES[row.status];
    const to = moves[choice % Math.max(moves.length, 1)];
    if (to !== undefined) rows.push({ ...row, status: to, [INSTANT_OF[to]]: new Date(at) });
  }
  return rows;
});

const statusesOf = (rows: readonly BatchProgressFacts[]): BatchStatus[] => rows.map(({ status }) => status);

describe('the history of a batch', () => {
  it('tells every status once and in order, whenever and wherever a client looked', () => {
    fc.assert(
      fc.property(lives, fc.array(fc.nat(), { maxLength: 6 }), (rows, looks) => {
        const seen: BatchStatus[] = [];
        let lastId: number = NO_EVENT;
        const times = [...looks.map((look) => look % rows.length).sort((a, b) => a - b), rows.length - 1];
        for (const time of times) {
          const reached = reachedAfter(lastId, rows[time] ?? UNTOUCHED);
          const ids = reached.map(({ id }) => id);
          expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
          seen.push(...reached.map(({ status }) => status));
          lastId = ids.at(-1) ?? lastId;
        }
        expect(seen).toEqual(statusesOf(rows));
      }),
    );
  });

  it('is over for a client that had the last event of a batch that has ended, and for no other', () => {
    fc.assert(
      fc.property(lives, (rows) => {
        const last = rows.at(-1) ?? UNTOUCHED;
        const ids = [NO_EVENT, ...reachedAfter(NO_EVENT, last).map(({ id }) => id)];
        const over = ids.filter((id) => isOver(id, last));
        expect(over).toEqual(isTerminal(last.status) ? ids.slice(-1) : []);
      }),
    );
  });
});
