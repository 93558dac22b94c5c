import type { FaultPoint, Story } from '../../../support/crash/fault-point';
import type { Moment } from '../../../support/crash/moments';
import type { DatabaseKind } from '../../../support/service/test-service';
import { COLLECT, INGEST, POLL, STOP, SUBMIT } from './moments';

/** A lease must lapse on a server; the only process of an embedded database is started again at once. */
const SAMPLE: Readonly<Record<string, readonly DatabaseKind[]>> = {
  'submit: create carried out, not answered - SIGKILL': ['embedded', 'server'],
  'collect: index stored, nothing noted - SIGKILL': ['embedded'],
};

/** Only a job that stays as it is is polled without news. */
const SLOW = 'polls about to be written';

function kills(step: string, moments: Readonly<Record<string, Moment>>, story: Story = 'plain'): FaultPoint[] {
  return Object.entries(moments).map(([where, at]) => {
    const name = `${step}: ${where} - SIGKILL`;
    return { name, story, slow: where === SLOW, strike: { at, blow: 'kill' }, sample: SAMPLE[name] ?? [] };
  });
}

export const KILLS: readonly FaultPoint[] = [
  ...kills('ingest', INGEST),
  ...kills('submit', SUBMIT),
  ...kills('poll', POLL),
  ...kills('collect', COLLECT),
  ...kills('cancel', STOP, 'cancelled'),
  ...kills('expire', STOP, 'expired'),
];
