import type { Provider } from '@nestjs/common';
import { LateBatches, UnsettledBatches } from './batch.checks';
import { MissingBlobs, OrphanBlobs, UnfinishedWrites } from './blob.checks';
import { CHECKS, type Check } from './check';
import { Doctor } from './doctor';
import { StuckErasures } from './erasure.checks';
import { Installation } from './installation';
import { LostJobs, ParkedPartsCheck, StuckParts, UnreadResults } from './part.checks';
import { PausedProviders, UnconfiguredProviders } from './provider.checks';
import { Reconciler } from './reconciler';
import { TurnsStore } from './turns.store';
import { UnnamedBlobs } from './unnamed-blobs';
import { UpstreamLeftovers } from './upstream.checks';

const CHECK_CLASSES = [
  LostJobs,
  StuckParts,
  ParkedPartsCheck,
  UnreadResults,
  UnconfiguredProviders,
  PausedProviders,
  UnsettledBatches,
  LateBatches,
  UpstreamLeftovers,
  StuckErasures,
  OrphanBlobs,
  UnfinishedWrites,
  MissingBlobs,
];
/** The reconciler and all that it checks. */
export const RECONCILIATION: Provider[] = [
  ...CHECK_CLASSES,
  { provide: CHECKS, useFactory: (...checks: Check[]) => checks, inject: CHECK_CLASSES },
  TurnsStore,
  Installation,
  UnnamedBlobs,
  Reconciler,
  Doctor,
];
