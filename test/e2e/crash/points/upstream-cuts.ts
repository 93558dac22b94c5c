import type { FaultPoint, Story } from '../../../support/crash/fault-point';
import type { FaultKind } from '../../../support/upstreams/kit/faults';
import type { Route } from '../../../support/upstreams/kit/types';

const KINDS = {
  'reset before the work': 'reset_before',
  'reset after the work': 'reset_after',
  'never answered': 'hang_after',
  'answered 503': { status: 503 },
} as const satisfies Record<string, FaultKind>;

function cuts(where: string, route: Route, story: Story = 'plain'): FaultPoint[] {
  return Object.entries(KINDS).map(([how, kind]) => ({
    name: `${where} - ${how}`,
    story,
    strike: { upstream: [{ route, kind }] },
  }));
}

function short(how: string, kind: FaultKind): FaultPoint {
  return { name: `collect: download - ${how}`, strike: { upstream: [{ route: 'content', kind }] } };
}

/** The connection to the provider fails, or the provider does. */
export const UPSTREAM_CUTS: readonly FaultPoint[] = [
  ...cuts('submit: upload', 'upload'),
  ...cuts('submit: create', 'create'),
  ...cuts('poll: poll', 'get'),
  ...cuts('collect: download', 'content'),
  ...cuts('collect: removal of files', 'deleteFile'),
  ...cuts('cancel: cancel upstream', 'cancel', 'cancelled'),
  ...cuts('expire: cancel upstream', 'cancel', 'expired'),
  short('cut in the middle', { truncate: 'cut' }),
  short('ended early', { truncate: 'clean_end' }),
  short('ended after a row', { truncate: 'clean_end', keepLines: 1 }),
];
