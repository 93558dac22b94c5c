import type { Figure } from '../support/figure';
import { acceptToUpstream } from './accept-to-upstream';
import { collectRate } from './collect-rate';
import { createRate } from './create-rate';
import { followers } from './followers';
import { ingest, ingestVsNaive } from './ingest';
import { ingestVsRelay } from './ingest-vs-relay';
import { largeIngest } from './large-ingest';
import { manyOwners } from './many-owners';
import { overload } from './overload';
import { resultsMemory } from './results-memory';
import { resultsRate } from './results-rate';

/** Every figure, in the order in which they run. */
export const FIGURES: readonly Figure[] = [
  ingest,
  ingestVsNaive,
  ingestVsRelay,
  largeIngest,
  resultsMemory,
  createRate,
  resultsRate,
  collectRate,
  acceptToUpstream,
  followers,
  manyOwners,
  overload,
];
