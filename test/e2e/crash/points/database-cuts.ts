import type { Blow, FaultPoint, Story } from '../../../support/crash/fault-point';
import type { Moment } from '../../../support/crash/moments';
import type { InnerMoment } from '../../../support/crash/orders';
import { COLLECT, INGEST, POLL, STOP, SUBMIT } from './moments';

const FINISH: InnerMoment = { moment: 'statement sent', statement: 'SET completed_on' };

const BLOWS: Readonly<Record<string, readonly Blow[]>> = {
  connections: ['cut'],
  commit: ['cut at COMMIT', 'cut after COMMIT'],
};

/** An embedded database is in the process, where nothing can be cut. */
function cuts(where: string, at: Moment, of: keyof typeof BLOWS, more: Partial<FaultPoint> = {}): FaultPoint[] {
  return BLOWS[of]!.map((blow) => ({
    name: `${where} - ${blow === 'cut' ? 'database cut' : blow}`,
    databases: ['server'],
    strike: { at, blow },
    ...more,
  }));
}

function cutsWhile(step: string, story: Story): FaultPoint[] {
  return [
    ...cuts(`${step}: intent about to be noted`, STOP['intent about to be noted'], 'connections', { story }),
    ...cuts(`${step}: intent noted`, STOP['intent noted, not committed'], 'commit', { story }),
    ...cuts(`${step}: cancel carried out, not answered`, STOP['cancel carried out, not answered'], 'connections', {
      story,
    }),
    ...cuts(`${step}: end noted`, STOP['end noted, not committed'], 'commit', { story }),
  ];
}

/** All connections of the process are cut, or one at the COMMIT of its transaction, before or after the server carried it out. */
export const DATABASE_CUTS: readonly FaultPoint[] = [
  ...cuts('ingest: rows about to be inserted', INGEST['rows about to be inserted'], 'connections'),
  ...cuts('ingest: rows inserted', INGEST['rows inserted, not committed'], 'commit'),
  ...cuts('submit: attempt about to be named', SUBMIT['attempt about to be named'], 'connections'),
  ...cuts('submit: input uploaded, not noted', SUBMIT['input uploaded, not noted'], 'connections'),
  ...cuts('submit: create intended, not sent', SUBMIT['create intended, not sent'], 'connections'),
  ...cuts('submit: create carried out, not answered', SUBMIT['create carried out, not answered'], 'connections'),
  ...cuts('submit: create answered, not noted', SUBMIT['create answered, not noted'], 'connections', {
    sample: ['server'],
  }),
  ...cuts('submit: create noted', SUBMIT['create noted, not committed'], 'commit'),
  ...cuts('poll: first poll sent', POLL['first poll sent'], 'connections'),
  ...cuts('poll: polls about to be written', POLL['polls about to be written'], 'connections', { slow: true }),
  ...cuts('poll: end noted', POLL['end noted, not committed'], 'commit'),
  ...cuts('collect: first file asked for', COLLECT['first file asked for'], 'connections'),
  ...cuts('collect: index stored, nothing noted', COLLECT['index stored, nothing noted'], 'connections'),
  ...cuts('collect: end noted', COLLECT['end noted, not committed'], 'commit'),
  ...cuts('collect: files about to be removed upstream', COLLECT['files about to be removed upstream'], 'connections'),
  ...cuts('any: job about to be finished', FINISH, 'connections', { sample: ['server'] }),
  ...cutsWhile('cancel', 'cancelled'),
  ...cutsWhile('expire', 'expired'),
];
