import { eventually } from '../service/leftovers';
import type { RecordedRequest } from '../upstreams/kit/recorder';
import type { Route } from '../upstreams/kit/types';
import type { CrashLane } from './crash-lane';
import { WAIT_MS, type Held, type Hold, type InnerMoment } from './orders';

/** A request to the provider: `received` before anything was done, `done` before it is answered. `nth` of its route, from 1. */
export interface UpstreamMoment {
  readonly route: Route;
  readonly phase: 'received' | 'done';
  readonly nth?: number;
}

/** Where a fault strikes. */
export type Moment = InnerMoment | UpstreamMoment;

/** Resolves once the moment is waited for. */
export async function hold(lane: CrashLane, moment: Moment): Promise<Hold> {
  return 'route' in moment ? { reached: holdRequest(lane, moment) } : lane.orders.hold(moment);
}

async function holdRequest({ simulator }: CrashLane, { route, phase, nth = 1 }: UpstreamMoment): Promise<Held> {
  let held: Held | null = null;
  let count = 0;
  const remove = simulator.onRequest((seen, at, request) => {
    if (seen !== route || at !== phase || !isOfProcess(request) || ++count !== nth) return;
    remove();
    return new Promise((goOn) => (held = { pid: pidOf(request), goOn }));
  });
  await eventually(`the provider is asked: ${route} ${phase}`, async () => held !== null, WAIT_MS);
  return held!;
}

/** The test itself asks the provider too. */
export function isOfProcess(request: RecordedRequest): boolean {
  return request.headers['x-test-process'] !== undefined;
}

function pidOf(request: RecordedRequest): number {
  return Number(request.headers['x-test-process']);
}
