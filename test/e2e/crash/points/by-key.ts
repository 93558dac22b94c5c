import type { Blow, FaultPoint } from '../../../support/crash/fault-point';
import { INGEST } from './moments';

const COMMIT = 'rows inserted, not committed';
const SAMPLE = 'rows committed, not answered';

function byKey(where: keyof typeof INGEST, blow: Blow, fault: string): FaultPoint {
  const name = `create by key: ${where} - ${fault}`;
  const databases = blow === 'kill' ? (['embedded', 'server'] as const) : (['server'] as const);
  return {
    name,
    databases,
    byKey: true,
    strike: { at: INGEST[where], blow },
    sample: where === SAMPLE ? ['embedded'] : [],
  };
}

/** The caller sends its create again by its key, which must neither be lost nor make a second batch. */
export const BY_KEY: readonly FaultPoint[] = [
  byKey('nothing of the input written', 'kill', 'SIGKILL'),
  byKey('input stored, no rows', 'kill', 'SIGKILL'),
  byKey(COMMIT, 'kill', 'SIGKILL'),
  byKey(SAMPLE, 'kill', 'SIGKILL'),
  byKey(COMMIT, 'cut at COMMIT', 'COMMIT cut off before it is carried out'),
  byKey(COMMIT, 'cut after COMMIT', 'COMMIT carried out, its answer cut off'),
];
