import type { Account, ApiRequest } from './account';
import { isFaultSpec, type Faults } from './faults';
import { isObject, parseJson } from './json';
import type { Recorder } from './recorder';
import type { Answer, HoldableStatus } from './types';

/** Paths under this are for the tests, not part of the vendor's API, and need no key. */
export const CONTROL_PREFIX = '/__control/';

const HOLDABLE: readonly HoldableStatus[] = ['validating', 'in_progress', 'finalizing', 'cancelling'];

/** Lets a test steer and inspect a simulator that runs in another process. */
export function control(account: Account, recorder: Recorder, faults: Faults, request: ApiRequest): Answer {
  const json = parseJson(request.body);
  const body = isObject(json) ? json : {};
  const state = HOLDABLE.find((each) => each === body['state']);
  switch (`${request.method} ${request.url.pathname.slice(CONTROL_PREFIX.length)}`) {
    case 'GET state':
      return { status: 200, body: stateOf(account, recorder, faults) };
    case 'POST faults':
      if (!isFaultSpec(json)) return refused('not a fault');
      faults.add(json);
      return done();
    case 'POST hold':
      if (state === undefined) return refused('not a state that can be held');
      account.lifecycle.hold(state, typeof body['finished'] === 'number' ? body['finished'] : undefined);
      return done();
    case 'POST release':
      if (body['state'] !== undefined && state === undefined) return refused('not a state that can be held');
      account.lifecycle.release(state);
      return done();
    case 'POST expire':
      account.expireAll();
      return done();
    default:
      return { status: 404, body: { error: 'no such control' } };
  }
}

/** Counts and facts only: the content of an upload can be 200 MB. */
function stateOf(account: Account, recorder: Recorder, faults: Faults): object {
  return {
    creates: recorder.creates,
    uploads: recorder.uploads.map(({ content, ...upload }) => ({ ...upload, bytes: content.length })),
    requests: recorder.counts(),
    batches: account.batches.map(({ object: { id, status, request_counts } }) => ({ id, status, request_counts })),
    pendingFaults: faults.pending,
  };
}

function done(): Answer {
  return { status: 200, body: { ok: true } };
}

function refused(error: string): Answer {
  return { status: 400, body: { error } };
}
