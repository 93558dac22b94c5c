import type { FaultPoint } from '../../../support/crash/fault-point';
import type { Moment } from '../../../support/crash/moments';
import { COLLECT, POLL, STOP, SUBMIT } from './moments';

/** Nothing is sent any more. */
const UNSENT = { ends: ['cancelled'], jobs: 0 };
/** The job may be told in time, or run to its end. */
const SENT = { ends: ['cancelled', 'completed'] };
/** All of it has run. */
const RUN = { ends: ['completed'] };

function cancel(where: string, at: Moment, more: Partial<FaultPoint>): FaultPoint {
  return { name: `${where} - cancel`, strike: { at, blow: 'cancel' }, ...more };
}

function expire(where: string, at: Moment, more: Partial<FaultPoint>): FaultPoint {
  const ends = more.ends?.map((end) => (end === 'cancelled' ? 'expired' : end)) ?? [];
  return { name: `${where} - deadline`, strike: { at, blow: 'expire' }, ...more, ends };
}

/** The caller cancels, or our deadline passes, while something is under way. */
export const RACES: readonly FaultPoint[] = [
  cancel('submit: attempt named', SUBMIT['attempt named'], UNSENT),
  cancel('submit: input about to be uploaded', SUBMIT['input about to be uploaded'], UNSENT),
  cancel('submit: input uploaded, not answered', SUBMIT['input uploaded, not answered'], UNSENT),
  cancel('submit: create intended, not sent', SUBMIT['create intended, not sent'], SENT),
  cancel('submit: create sent', SUBMIT['create sent'], SENT),
  cancel('submit: create carried out, not answered', SUBMIT['create carried out, not answered'], {
    ...SENT,
    sample: ['server'],
  }),
  cancel('submit: create answered, not noted', SUBMIT['create answered, not noted'], SENT),
  cancel('submit: create noted, not committed', SUBMIT['create noted, not committed'], SENT),
  cancel('poll: first poll sent', POLL['first poll sent'], SENT),
  cancel('poll: end seen, not noted', POLL['end seen, not noted'], RUN),
  cancel('collect: first file asked for', COLLECT['first file asked for'], RUN),
  cancel('collect: index stored, nothing noted', COLLECT['index stored, nothing noted'], RUN),
  cancel('collect: end noted, not committed', COLLECT['end noted, not committed'], RUN),
  expire('submit: input about to be uploaded', SUBMIT['input about to be uploaded'], UNSENT),
  expire('submit: input uploaded, not answered', SUBMIT['input uploaded, not answered'], UNSENT),
  expire('submit: create sent', SUBMIT['create sent'], SENT),
  expire('submit: create carried out, not answered', SUBMIT['create carried out, not answered'], SENT),
  expire('poll: first poll sent', POLL['first poll sent'], SENT),
  expire('collect: first file asked for', COLLECT['first file asked for'], RUN),
  expire('collect: index stored, nothing noted', COLLECT['index stored, nothing noted'], RUN),
  {
    name: 'expire: cancel sent upstream - provider that ends much later',
    story: 'expired',
    strike: { at: STOP['cancel sent upstream'], blow: 'end late' },
  },
  {
    name: 'cancel: cancel sent upstream - deadline before the provider ends',
    story: 'cancelled',
    strike: { at: STOP['cancel sent upstream'], blow: 'expire' },
  },
];
