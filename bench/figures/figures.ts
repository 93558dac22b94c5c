import type { Figure } from '../support/figure';
import { collectRate } from './collect-rate';
import { createRate } from './create-rate';
import { followers } from './followers';
import { ingest, ingestVsNaive } from './ingest';

/** Every figure, in the order in which they run. */
export const FIGURES: readonly Figure[] = [ingest, ingestVsNaive, createRate, collectRate, followers];
