import { Injectable } from '@nestjs/common';
import type { Failure } from './failure';
import type { Family } from './family.store';
import { FamilyWalk } from './family-walk';
import { LatestOutcomes } from './latest-outcomes';
import { NothingToRetryError } from './retry.errors';

/** Which of the requests that have not succeeded are to be retried. */
export interface RetryFilter {
  /** `error.code`s, and statuses of answers as text; null for any. */
  readonly errorCodes: readonly string[] | null;
  readonly includeUnconfirmed: boolean;
}

const UNCONFIRMED = 'submission_unconfirmed';
/** How a request stands, one byte each. */
const Standing = { SELECTED: 0, SUCCEEDED: 1, UNCONFIRMED: 2, OTHER_CODE: 3 } as const;

/** Chooses requests of a family by their latest outcomes. */
@Injectable()
export class RetrySelection {
  constructor(private readonly familyWalk: FamilyWalk) {}

  /**
   * Indexes of requests in the first batch, growing. All members must have ended.
   * @throws NothingToRetryError
   */
  async select(family: Family, filter: RetryFilter): Promise<Uint32Array> {
    const { total } = family[0].batch;
    const outcomes = new LatestOutcomes(total);
    const standings = new Uint8Array(total);
    await this.familyWalk.walk(family, {
      readsFailures: (part) => part.failed > 0 && (part.notRun > 0 || filter.errorCodes !== null),
      visit: (entry) => {
        if (outcomes.take(entry)) standings[entry.item] = standingOf(entry.succeeded, entry.failure, filter);
      },
    });
    const counts = [0, 0, 0, 0];
    for (const standing of standings) counts[standing]!++;
    const [selected = 0, succeeded = 0, unconfirmed = 0, others = 0] = counts;
    if (selected === 0) throw new NothingToRetryError({ total, succeeded, unconfirmed, other_codes: others });
    return indexesOf(standings, selected);
  }
}

function standingOf(succeeded: boolean, failure: Failure | null, filter: RetryFilter): number {
  if (succeeded) return Standing.SUCCEEDED;
  if (failure?.code === UNCONFIRMED && !filter.includeUnconfirmed) return Standing.UNCONFIRMED;
  return filter.errorCodes === null || isNamed(failure, filter.errorCodes) ? Standing.SELECTED : Standing.OTHER_CODE;
}

function isNamed(failure: Failure | null, errorCodes: readonly string[]): boolean {
  const { code = null, status = null } = failure ?? {};
  return (code !== null && errorCodes.includes(code)) || (status !== null && errorCodes.includes(String(status)));
}

function indexesOf(standings: Uint8Array, count: number): Uint32Array {
  const indexes = new Uint32Array(count);
  let at = 0;
  standings.forEach((standing, item) => {
    if (standing === Standing.SELECTED) indexes[at++] = item;
  });
  return indexes;
}
