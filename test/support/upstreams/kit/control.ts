import { isFaultSpec, type Faults } from './faults';
import { isObject, parseJson } from './json';
import type { Recorder } from './recorder';
import { ok, type Answer, type ApiRequest, type Vendor } from './types';

/** Paths under this are for the tests, not part of any vendor's API, and need no key. */
export const CONTROL_PREFIX = '/__control/';

/** Lets a test steer and inspect a simulator that runs in another process. */
export function control(vendor: Vendor, recorder: Recorder, faults: Faults, request: ApiRequest): Answer {
  const json = parseJson(request.body);
  const { state, finished } = isObject(json) ? json : {};
  if (state !== undefined && typeof state !== 'string') return refused('not a state');
  switch (`${request.method} ${request.url.pathname.slice(CONTROL_PREFIX.length)}`) {
    case 'GET state':
      return ok({ ...vendor.state(), requests: recorder.counts(), pendingFaults: faults.pending });
    case 'POST faults':
      if (!isFaultSpec(json)) return refused('not a fault');
      faults.add(json);
      return done();
    case 'POST hold':
      return steered(() => vendor.hold(state, typeof finished === 'number' ? finished : undefined));
    case 'POST release':
      return steered(() => vendor.release(state));
    case 'POST expire':
      vendor.expireAll();
      return done();
    default:
      return { status: 404, body: { error: 'no such control' } };
  }
}

/** A vendor throws a TypeError at a state that it does not have. */
function steered(steer: () => void): Answer {
  try {
    steer();
    return done();
  } catch (error) {
    if (error instanceof TypeError) return refused(error.message);
    throw error;
  }
}

function done(): Answer {
  return ok({ ok: true });
}

function refused(error: string): Answer {
  return { status: 400, body: { error } };
}
