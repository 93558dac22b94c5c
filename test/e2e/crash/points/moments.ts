import type { DatabaseMoment, DiskMoment, InnerMoment, Place } from '../../../support/crash/orders';
import type { UpstreamMoment } from '../../../support/crash/moments';
import type { Route } from '../../../support/upstreams/kit/types';

/** A write of a part that sets one of these values or columns. */
const part = (moment: DatabaseMoment, column: string, ...values: string[]): InnerMoment => ({
  moment,
  statement: `^UPDATE "meshbatch_parts" SET.*"${column}" = `,
  values,
});
const disk = (moment: DiskMoment, place: Place): InnerMoment => ({ moment, place });

/** A request is with the provider, which has done nothing yet. */
export const asked = (route: Route, nth = 1): UpstreamMoment => ({ route, phase: 'received', nth });
/** The provider has done what was asked, and has not answered. */
export const done = (route: Route, nth = 1): UpstreamMoment => ({ route, phase: 'done', nth });

/** A create. */
export const INGEST = {
  'nothing of the input written': disk('open', 'input'),
  'input written, not synced': disk('sync', 'input'),
  'input synced, not named': disk('name', 'input'),
  'input stored, no rows': disk('named', 'input'),
  'rows about to be inserted': {
    moment: 'statement sent',
    statement: '"meshbatch_batches".*INSERT|INSERT INTO "meshbatch_batches"',
  },
  'rows inserted, not committed': { moment: 'commit sent', statement: 'INSERT INTO "meshbatch_batches"' },
  'rows committed, not answered': { moment: 'commit done', statement: 'INSERT INTO "meshbatch_batches"' },
} as const satisfies Record<string, InnerMoment>;

/** From the attempt's name to a job that is known. */
export const SUBMIT = {
  'attempt about to be named': part('statement sent', 'attempt_token', 'submitting'),
  'attempt named': part('statement done', 'attempt_token', 'submitting'),
  'input about to be uploaded': asked('upload'),
  'input uploaded, not answered': done('upload'),
  'input uploaded, not noted': part('statement sent', 'staged_at'),
  'create intended, not sent': part('statement done', 'create_sent_at'),
  'create sent': asked('create'),
  'create carried out, not answered': done('create'),
  'create answered, not noted': part('statement sent', 'remote_id', 'running'),
  'create noted, not committed': part('commit sent', 'remote_id', 'running'),
  'create committed': part('commit done', 'remote_id', 'running'),
} as const satisfies Record<string, InnerMoment | UpstreamMoment>;

export const POLL = {
  'first poll sent': asked('get'),
  'second poll answered': done('get', 2),
  'polls about to be written': {
    moment: 'statement sent',
    statement: 'SET lease_holder = NULL, lease_expires_at = NULL, failures = 0',
  },
  'end seen, not noted': part('statement sent', 'state', 'collecting'),
  'end noted, not committed': part('commit sent', 'state', 'collecting'),
  'end committed': part('commit done', 'state', 'collecting'),
} as const satisfies Record<string, InnerMoment | UpstreamMoment>;

export const COLLECT = {
  'first file asked for': asked('content'),
  'second file about to come': done('content', 2),
  'download in scratch, results not begun': disk('open', 'results'),
  'results written, not named': disk('name', 'results'),
  'results stored, no index': disk('open', 'index'),
  'index stored, nothing noted': disk('named', 'index'),
  'end about to be noted': part('statement sent', 'state', 'ended'),
  'end noted, not committed': part('commit sent', 'state', 'ended'),
  'end committed, files upstream': part('commit done', 'state', 'ended'),
  'files about to be removed upstream': asked('deleteFile'),
} as const satisfies Record<string, InnerMoment | UpstreamMoment>;

/** A batch that is told to stop, by its caller or by its deadline. */
export const STOP = {
  'intent about to be noted': {
    moment: 'statement sent',
    statement: '^UPDATE "meshbatch_parts" SET.*"stop_reason" = ',
  },
  'intent noted, not committed': {
    moment: 'commit sent',
    statement: '^UPDATE "meshbatch_parts" SET.*"stop_reason" = ',
  },
  'intent committed': { moment: 'commit done', statement: '^UPDATE "meshbatch_parts" SET.*"stop_reason" = ' },
  'cancel sent upstream': asked('cancel'),
  'cancel carried out, not answered': done('cancel'),
  'what ran about to be read': asked('content'),
  'results stored, nothing noted': disk('named', 'index'),
  'end noted, not committed': part('commit sent', 'state', 'ended'),
} as const satisfies Record<string, InnerMoment | UpstreamMoment>;
