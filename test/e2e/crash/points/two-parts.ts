import type { FaultPoint } from '../../../support/crash/fault-point';
import { COLLECT, SUBMIT } from './moments';

/** Of two parts one meets the fault, and the other is wherever it is. */
const ITEMS = 6;

export const TWO_PARTS: readonly FaultPoint[] = [
  {
    name: 'two parts: create of one carried out, not answered - SIGKILL',
    items: ITEMS,
    strike: { at: SUBMIT['create carried out, not answered'], blow: 'kill' },
  },
  {
    name: 'two parts: results of one stored, nothing noted - SIGKILL',
    items: ITEMS,
    strike: { at: COLLECT['index stored, nothing noted'], blow: 'kill' },
  },
  {
    name: 'two parts: end of one noted, not committed - SIGSTOP',
    databases: ['server'],
    items: ITEMS,
    strike: { at: COLLECT['end noted, not committed'], blow: 'stop' },
  },
  {
    name: 'two parts: end of one noted - cut after COMMIT',
    databases: ['server'],
    items: ITEMS,
    strike: { at: COLLECT['end noted, not committed'], blow: 'cut after COMMIT' },
  },
  {
    name: 'two parts: create of one sent - cancel',
    items: ITEMS,
    strike: { at: SUBMIT['create sent'], blow: 'cancel' },
    ends: ['cancelled', 'completed'],
  },
  {
    name: 'two parts: first file of one asked for - cancel',
    items: ITEMS,
    strike: { at: COLLECT['first file asked for'], blow: 'cancel' },
    ends: ['cancelled', 'completed'],
  },
];
