import type { CommonOptions } from '../kit/types';

/** The batch object on the wire. */
export interface MessageBatch {
  readonly id: string;
  readonly type: 'message_batch';
  readonly processing_status: 'in_progress' | 'canceling' | 'ended';
  readonly request_counts: {
    readonly processing: number;
    readonly succeeded: number;
    readonly errored: number;
    readonly canceled: number;
    readonly expired: number;
  };
  readonly created_at: string;
  readonly expires_at: string;
  readonly ended_at: string | null;
  readonly cancel_initiated_at: string | null;
  readonly archived_at: string | null;
  readonly results_url: string | null;
}

/** A request of a batch, as it was sent. */
export interface BatchRequest {
  readonly customId: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** How a simulator behaves; every field has a default. */
export interface SimulatorOptions extends CommonOptions {
  /** How long a batch runs, and how long a cancel takes, in ms. Default `stateMs`. */
  readonly runningMs?: number;
  readonly cancelingMs?: number;
  /** What `results_url` begins with; default the simulator's own origin. */
  readonly resultsOrigin?: string;
  /** Outcomes are counted while a batch runs, as was seen, and not only when it has ended, as is documented. Default false. */
  readonly countsEarly?: boolean;
  /** Requests allowed in a batch. Default 100,000, as the vendor. */
  readonly maxRequests?: number;
  /** Bytes allowed in a create. Default 256 MB, as the vendor. */
  readonly maxBytes?: number;
}
