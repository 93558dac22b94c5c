import type { DatabaseKind } from '../service/test-service';
import type { FaultSpec } from '../upstreams/kit/faults';
import type { DownloadFault } from './downloads';
import type { Moment } from './moments';
import type { Place } from './orders';

/**
 * What the fault meets: a batch that runs to its end; one that is told to cancel, or whose deadline passes, while its provider has
 * run the first of its items.
 */
export type Story = 'plain' | 'cancelled' | 'expired';

/**
 * What happens to the process that stands at a moment, or while it does:
 *
 * - `kill` — SIGKILL. Another worker takes over; the only process is started again.
 * - `stop` — SIGSTOP until another worker has ended the batch, then SIGCONT.
 * - `cut` — all its connections to the database are cut.
 * - `cut at COMMIT`, `cut after COMMIT` — the server does not hear of the COMMIT that is next, or carries it out and its answer is lost.
 * - `cancel`, `expire` — the caller cancels, or the batch's deadline passes.
 * - `end late` — the provider takes the cancel and does not end the job for a while.
 */
export type Blow = 'kill' | 'stop' | 'cut' | 'cut at COMMIT' | 'cut after COMMIT' | 'cancel' | 'expire' | 'end late';

/** A fault, and how it is reached. */
export type Strike =
  | { readonly at: Moment; readonly blow: Blow }
  | { readonly upstream: readonly FaultSpec[] }
  | { readonly full: Place; readonly operation: 'open' | 'write' | 'sync' | 'name' }
  | { readonly download: DownloadFault };

/** One row of the crash matrix. */
export interface FaultPoint {
  /** `<step>: <where> - <fault>`, by which it is run alone. */
  readonly name: string;
  /** Both, when left out. */
  readonly databases?: readonly DatabaseKind[];
  /** `plain`, when left out. */
  readonly story?: Story;
  /** The caller names an `Idempotency-Key` and sends the create again, in place of looking whether it was stored. */
  readonly byKey?: boolean;
  /** The provider keeps the job running until the fault is reached. */
  readonly slow?: boolean;
  readonly strike: Strike;
  /** More than one part's, for a batch of two. */
  readonly items?: number;
  /** How the batch may end; as its story says, when left out. */
  readonly ends?: readonly string[];
  /** How many jobs there are upstream in the end; one a part at most, and one where it completed, when left out. */
  readonly jobs?: number;
  /** Jobs that came to be too late to run anything, since their input was withdrawn before; none, when left out. */
  readonly lateJobs?: number;
  /** The databases on which it is in the sample of `npm test`. */
  readonly sample?: readonly DatabaseKind[];
}
