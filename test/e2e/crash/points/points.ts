import type { FaultPoint } from '../../../support/crash/fault-point';
import { BY_KEY } from './by-key';
import { DATABASE_CUTS } from './database-cuts';
import { DISKS } from './disks';
import { DOWNLOADS } from './downloads';
import { KILLS } from './kills';
import { RACES } from './races';
import { STOPS } from './stops';
import { TWO_PARTS } from './two-parts';
import { UPSTREAM_CUTS } from './upstream-cuts';

/** The crash matrix. */
export const POINTS: readonly FaultPoint[] = [
  ...KILLS,
  ...STOPS,
  ...DATABASE_CUTS,
  ...UPSTREAM_CUTS,
  ...DISKS,
  ...DOWNLOADS,
  ...RACES,
  ...TWO_PARTS,
  ...BY_KEY,
];
