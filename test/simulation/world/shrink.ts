import { runHistory, type HistoryOptions, type HistoryPlace, type HistoryResult } from './history';

const MOST_RUNS = 60;

/** A failing history with as little as is needed to make it fail. */
export interface Shrunk {
  readonly options: HistoryOptions;
  readonly result: HistoryResult;
}

/** Leaves out batches and then faults, halves of them first, as long as the history still fails. */
export async function shrink(place: HistoryPlace, failing: HistoryResult): Promise<Shrunk> {
  let best: Shrunk = { options: { seed: failing.seed, only: decisionsOf(failing) }, result: failing };
  let runs = 0;
  const attempt = async (options: HistoryOptions): Promise<boolean> => {
    if (runs++ >= MOST_RUNS) return false;
    const result = await runHistory(place, options);
    if (result.violations.length === 0) return false;
    // What did not fire is not needed.
    best = { options: { ...options, only: decisionsOf(result) }, result };
    return true;
  };
  for (let batches = 1; batches < failing.batches; batches++) {
    if (await attempt({ ...best.options, batches })) break;
  }
  for (let size = Math.ceil(best.result.fired.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.result.fired.length;) {
      const decisions = best.result.fired.map(({ decision }) => decision);
      const only = new Set([...decisions.slice(0, at), ...decisions.slice(at + size)]);
      if (!(await attempt({ ...best.options, only }))) at += size;
    }
  }
  return best;
}

function decisionsOf({ fired }: HistoryResult): ReadonlySet<number> {
  return new Set(fired.map(({ decision }) => decision));
}

/** How a history is run again. */
export function replayCommand({ seed, only, batches }: HistoryOptions): string {
  const faults = only ? ` --only ${[...only].join(',') || 'none'}` : '';
  return `npm run simulate:histories -- --seed ${seed}${faults}${batches === undefined ? '' : ` --batches ${batches}`}`;
}
