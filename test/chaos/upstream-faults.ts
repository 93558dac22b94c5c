import { VENDOR_IDS, type VendorId } from '../support/cluster/vendors';
import type { FaultKind } from '../support/upstreams/kit/faults';
import type { Route } from '../support/upstreams/kit/types';
import type { Seeded } from './seeded';

/** The next request of a route at a vendor that goes wrong. */
export interface UpstreamFault {
  readonly kind: 'upstream';
  readonly vendor: VendorId;
  readonly route: Route;
  readonly how: FaultKind;
}

const BUSY: FaultKind[] = [{ status: 500 }, { status: 503 }, { status: 429, retryAfter: 1 }];
const LOST: FaultKind[] = ['reset_before', 'reset_after', 'hang_before', 'hang_after'];
const HIDDEN: FaultKind[] = [{ visible_after_ms: 700 }, { visible_after_ms: 2_500 }];
const SHORT: FaultKind[] = [
  { truncate: 'cut' },
  { truncate: 'clean_end' },
  { truncate: 'clean_end', keepLines: 1 },
  { status: 200, body: '<html>It works</html>' },
];

/** What may go wrong at each route; those of the create and of the download are where something can be lost. */
const FAULTS = {
  create: [...LOST, ...LOST, ...BUSY, ...HIDDEN],
  content: [...SHORT, ...SHORT, ...LOST, ...BUSY],
  upload: [...LOST, ...BUSY],
  uploadBytes: [...LOST, ...BUSY],
  get: [...LOST, ...BUSY, 'not_found', { truncate: 'cut' }],
  list: [...LOST, ...BUSY],
  cancel: [...LOST, ...BUSY],
  deleteFile: [...LOST, ...BUSY],
  delete: [...LOST, ...BUSY],
  getFile: [...LOST, ...BUSY],
} as const satisfies Partial<Record<Route, readonly FaultKind[]>>;
const WEIGHTS = {
  create: 10,
  content: 8,
  upload: 4,
  uploadBytes: 1,
  get: 5,
  list: 1,
  cancel: 2,
  deleteFile: 1,
  delete: 1,
  getFile: 1,
} as const satisfies Record<keyof typeof FAULTS, number>;

export function planUpstreamFault(random: Seeded): UpstreamFault {
  const route = random.weighted(WEIGHTS);
  return { kind: 'upstream', vendor: random.pick(VENDOR_IDS), route, how: random.pick<FaultKind>(FAULTS[route]) };
}
