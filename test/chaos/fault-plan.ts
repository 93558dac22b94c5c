import { VENDOR_IDS, type VendorId } from '../support/cluster/vendors';
import { Seeded } from './seeded';
import { planUpstreamFault, type UpstreamFault } from './upstream-faults';

/** One fault; times in ms, processes by their place in the cluster. */
export type Fault =
  | { readonly kind: 'kill'; readonly process: number; readonly downMs: number }
  | { readonly kind: 'pause'; readonly process: number; readonly forMs: number }
  | { readonly kind: 'cut connections'; readonly process: number }
  | { readonly kind: 'cut at commit'; readonly process: number; readonly cut: 'before' | 'after' }
  | { readonly kind: 'stall database'; readonly process: number; readonly forMs: number }
  | { readonly kind: 'outage'; readonly vendor: VendorId; readonly forMs: number }
  | { readonly kind: 'fail job'; readonly vendor: 'openai' | 'groq'; readonly retryable: boolean }
  | UpstreamFault;

export interface PlannedFault {
  readonly atMs: number;
  readonly fault: Fault;
}

export interface Topology {
  readonly apis: number;
  readonly workers: number;
}

/** The lease of a worker that is paused this long has gone to another. */
const LONGER_THAN_A_LEASE_MS = [16_000, 20_000] as const;
const EVERY_MS = [400, 1_400] as const;
const WEIGHTS = {
  upstream: 60,
  'cut connections': 7,
  'cut at commit': 12,
  'stall database': 4,
  kill: 7,
  pause: 3,
  outage: 4,
  'fail job': 3,
} as const;

/** All faults of a run, the same for the same seed, length and topology. */
export function planFaults(seed: number, lengthMs: number, topology: Topology): PlannedFault[] {
  const random = new Seeded(seed);
  const planned: PlannedFault[] = [];
  for (let atMs = random.between(...EVERY_MS); atMs < lengthMs; atMs += random.between(...EVERY_MS)) {
    planned.push({ atMs, fault: planFault(random, topology) });
  }
  return planned;
}

function planFault(random: Seeded, { apis, workers }: Topology): Fault {
  // API processes stand before workers.
  const process = random.between(0, apis + workers - 1);
  const worker = apis + random.between(0, workers - 1);
  const kind = random.weighted(WEIGHTS);
  switch (kind) {
    case 'kill':
      return { kind, process, downMs: random.between(100, 2_000) };
    case 'pause':
      return { kind, process: worker, forMs: random.between(...LONGER_THAN_A_LEASE_MS) };
    case 'cut connections':
      return { kind, process };
    case 'cut at commit':
      return { kind, process, cut: random.pick(['before', 'after'] as const) };
    case 'stall database':
      return { kind, process, forMs: random.between(500, 4_000) };
    case 'outage':
      return { kind, vendor: random.pick(VENDOR_IDS), forMs: random.between(1_000, 5_000) };
    case 'fail job':
      return { kind, vendor: random.pick(['openai', 'groq'] as const), retryable: random.pick([true, false]) };
    case 'upstream':
      return planUpstreamFault(random);
  }
}
