import type { Job } from '../queue/job';
import type { PartState } from './part-state';

/** The queues of background work, by what a part's job does. */
export const PART_QUEUES = { submit: 'part.submit', stop: 'part.stop', collect: 'part.collect' } as const;

/** The job that brings a part of that state further; running parts are polled, not queued. */
export function nextJob(partId: string, state: PartState): Job | null {
  switch (state) {
    case 'queued':
    case 'submitting':
      return { queue: PART_QUEUES.submit, key: partId };
    case 'collecting':
      return { queue: PART_QUEUES.collect, key: partId };
    case 'needs_operator':
      return { queue: PART_QUEUES.stop, key: partId };
    case 'running':
    case 'ended':
      return null;
  }
}
