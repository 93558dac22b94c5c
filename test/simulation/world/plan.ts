import type { CatalogFile } from '../../../src/providers/catalog/catalog-file';
import { derive, Seeded } from '../kernel/seeded';
import { PROVIDERS, type ProviderId, type VendorHabits } from '../upstream/vendors';
import type { Role } from './simulated-process';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** How far a process's clock is from the others' at most. */
export const LARGEST_SKEW_MS = 1000;

/** A batch that a client wants. */
export interface PlannedBatch {
  /** Ms after the beginning. */
  readonly at: number;
  readonly owner: string;
  readonly provider: ProviderId;
  /** The prompt of each item; what stands behind a `#` tells the vendor what becomes of it. */
  readonly prompts: readonly string[];
  /** Ms after the beginning; null for one that is not cancelled. */
  readonly cancelAt: number | null;
}

export interface PlannedProcess {
  readonly role: Role;
  readonly skewMs: number;
  readonly stretch: number;
}

/** All that a seed decides before a history begins. */
export interface Plan {
  readonly seed: number;
  readonly processes: readonly PlannedProcess[];
  readonly batches: readonly PlannedBatch[];
  readonly habits: VendorHabits;
  readonly pollIntervalMs: number;
  readonly quota: number;
  readonly maxConcurrentJobs: number | null;
  readonly catalog: CatalogFile;
  /** The chance of each call that something goes wrong with it. */
  readonly faultRate: number;
  /** Ms after the beginning, from when on all goes well. */
  readonly faultsUntil: number;
}

const ROLES: readonly (readonly Role[])[] = [
  ['all'],
  ['api', 'worker'],
  ['all', 'worker'],
  ['api', 'worker', 'worker'],
  ['all', 'all'],
];
const WORDS: Readonly<Record<ProviderId, readonly string[]>> = {
  openai: ['#status:500', '#drop', '#dup', '#expire', '#poison'],
  anthropic: ['#error:overloaded_error', '#drop', '#dup', '#expire'],
  fireworks: ['#status:500', '#drop', '#dup'],
};

export function planOf(seed: number): Plan {
  const random = new Seeded(derive(seed, 1));
  const stall = random.chance(0.08);
  const pollIntervalMs = stall ? HOUR : random.pick([10, 20, 40]) * MINUTE;
  const maxConcurrentJobs = random.chance(0.3) ? random.between(1, 2) : null;
  const span = random.pick([MINUTE, 20 * MINUTE, 2 * HOUR]);
  const stretch = random.pick([16, 24]);
  return {
    seed,
    processes: random
      .pick(ROLES)
      .map((role) => ({ role, skewMs: random.between(-LARGEST_SKEW_MS, LARGEST_SKEW_MS), stretch })),
    batches: Array.from({ length: random.pick([1, 1, 2, 2, 3]) }, (_, index) => plannedBatch(random, index, span)),
    habits: {
      stateMs: random.pick([5 * 1000, MINUTE, 10 * MINUTE, 30 * MINUTE]),
      stall,
      cancelEnds: random.pick(['cancelled', 'completed']),
      lagPolls: random.chance(0.2) ? random.between(1, 2) : 0,
      seed,
    },
    pollIntervalMs,
    quota: random.between(1, 3),
    maxConcurrentJobs,
    catalog: catalogOf(random.between(1, 4), maxConcurrentJobs),
    faultRate: random.pick([0.005, 0.01, 0.02, 0.04]),
    faultsUntil: random.pick([10 * MINUTE, HOUR, 8 * HOUR, 25 * HOUR]),
  };
}

function plannedBatch(random: Seeded, index: number, span: number): PlannedBatch {
  const provider = random.pick(PROVIDERS);
  const at = random.below(span);
  const prompts = Array.from({ length: random.between(1, 6) }, (_, item) => {
    const word = random.chance(0.1) ? ` ${random.pick(WORDS[provider])}` : '';
    return `p-${index}-${item}.${word}`;
  });
  const cancelAt = random.chance(0.25) ? at + random.below(random.pick([MINUTE, 2 * HOUR, 25 * HOUR])) : null;
  return { at, owner: random.pick(['ann', 'bob']), provider, prompts, cancelAt };
}

/** The model of a provider in every history. */
export function modelOf(provider: ProviderId): string {
  return { openai: 'openai/gpt-sim', anthropic: 'anthropic/claude-sim', fireworks: 'fireworks/sim' }[provider];
}

const UPSTREAM = { openai: 'gpt-4o-mini', anthropic: 'claude-sonnet-4-5', fireworks: 'accounts/fireworks/models/sim' };

function catalogOf(maxItems: number, maxConcurrentJobs: number | null): CatalogFile {
  return {
    models: PROVIDERS.map((provider) => ({
      id: modelOf(provider),
      upstream: UPSTREAM[provider],
      endpoints: ['/v1/chat/completions'],
      limits: { maxItems },
    })),
    limits: Object.fromEntries(PROVIDERS.map((provider) => [provider, { maxConcurrentJobs }])),
  };
}
