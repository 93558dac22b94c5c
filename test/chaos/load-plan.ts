import { planBatch, type PlannedBatch } from '../support/cluster/accepted-batch';
import { VENDOR_IDS } from '../support/cluster/vendors';
import { Seeded } from './seeded';

/** A create that is to be sent, and perhaps cancelled so long after it was taken; times in ms. */
export interface PlannedCreate {
  readonly atMs: number;
  readonly owner: number;
  readonly api: number;
  readonly batch: PlannedBatch;
  readonly cancelAfterMs: number | null;
}

const EVERY_MS = [200, 1_200] as const;
const SIZES = [1, 2, 3, 5, 8, 13, 25, 60];
/** Another sequence than that of the faults, so that neither changes the other. */
const APART = 0x5eed;

/** All creates of a run, the same for the same seed, length and counts. */
export function planLoad(seed: number, lengthMs: number, counts: { owners: number; apis: number }): PlannedCreate[] {
  const random = new Seeded(seed ^ APART);
  const planned: PlannedCreate[] = [];
  for (let atMs = 0; atMs < lengthMs; atMs += random.between(...EVERY_MS)) {
    const [vendor, size, failEvery] = [random.pick(VENDOR_IDS), random.pick(SIZES), random.pick([0, 0, 3, 7])];
    planned.push({
      atMs,
      owner: random.between(0, counts.owners - 1),
      api: random.between(0, counts.apis - 1),
      batch: planBatch(`s${seed}-b${planned.length}`, vendor, size, failEvery),
      cancelAfterMs: random.between(1, 5) === 1 ? random.between(0, 4_000) : null,
    });
  }
  return planned;
}
