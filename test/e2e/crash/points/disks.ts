import type { FaultPoint } from '../../../support/crash/fault-point';
import type { Place } from '../../../support/crash/orders';

type Operation = 'open' | 'write' | 'sync' | 'name';

function full(where: string, place: Place, operation: Operation, sample: FaultPoint['sample'] = []): FaultPoint {
  return { name: `${where} - ENOSPC at ${operation}`, strike: { full: place, operation }, sample };
}

/** The disk is full until it has refused something. */
export const DISKS: readonly FaultPoint[] = [
  ...(['open', 'write', 'sync', 'name'] as const).map((operation) => full('ingest: input', 'input', operation)),
  full('submit: encoded lines in scratch', 'scratch', 'write'),
  full('collect: download in scratch', 'scratch', 'open'),
  ...(['open', 'write', 'sync', 'name'] as const).map((operation) =>
    full('collect: results', 'results', operation, operation === 'write' ? ['server'] : []),
  ),
  full('collect: index', 'index', 'write'),
  full('collect: index', 'index', 'name'),
];
