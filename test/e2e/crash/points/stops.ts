import type { FaultPoint, Story } from '../../../support/crash/fault-point';
import type { Moment } from '../../../support/crash/moments';
import { COLLECT, POLL, STOP, SUBMIT } from './moments';

/** An embedded database has no second worker that could take over. */
function stop(where: string, at: Moment, more: Partial<FaultPoint> = {}): FaultPoint {
  return { name: `${where} - SIGSTOP`, databases: ['server'], strike: { at, blow: 'stop' }, ...more };
}

function stopsWhile(step: string, story: Story): FaultPoint[] {
  const at = (where: keyof typeof STOP) => stop(`${step}: ${where}`, STOP[where], { story });
  return [at('cancel sent upstream'), at('what ran about to be read')];
}

/** A worker sleeps for longer than its lease holds, another takes over, and the one that wakes up must change nothing. */
export const STOPS: readonly FaultPoint[] = [
  stop('submit: attempt about to be named', SUBMIT['attempt about to be named']),
  stop('submit: input uploaded, not answered', SUBMIT['input uploaded, not answered']),
  // It sends its create when it wakes up: the other one has removed the input, so that nothing runs.
  stop('submit: create intended, not sent', SUBMIT['create intended, not sent'], { lateJobs: 1, sample: ['server'] }),
  stop('submit: create sent', SUBMIT['create sent']),
  stop('submit: create answered, not noted', SUBMIT['create answered, not noted']),
  stop('submit: create noted, not committed', SUBMIT['create noted, not committed']),
  stop('poll: first poll sent', POLL['first poll sent']),
  stop('poll: polls about to be written', POLL['polls about to be written'], { slow: true }),
  stop('poll: end noted, not committed', POLL['end noted, not committed']),
  stop('collect: first file asked for', COLLECT['first file asked for']),
  stop('collect: results written, not named', COLLECT['results written, not named']),
  stop('collect: index stored, nothing noted', COLLECT['index stored, nothing noted']),
  stop('collect: end noted, not committed', COLLECT['end noted, not committed']),
  ...stopsWhile('cancel', 'cancelled'),
  ...stopsWhile('expire', 'expired'),
  stop('expire: intent noted, not committed', STOP['intent noted, not committed'], { story: 'expired' }),
];
