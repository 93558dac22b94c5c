import type { CommonOptions } from '../kit/types';
import type { Dialect } from './dialect';

/** Every state of a batch, as the vendor spells it. */
export type BatchStatus =
  'validating' | 'failed' | 'in_progress' | 'finalizing' | 'completed' | 'expired' | 'cancelling' | 'cancelled';

/** The states a test can keep a batch in. */
export type HoldableStatus = 'validating' | 'in_progress' | 'finalizing' | 'cancelling';

/** One reason in `errors.data` of a failed batch; `line` is 1-based. */
export interface BatchError {
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
  readonly line: number | null;
}

/** `output_expires_after` of a create, `expires_after[…]` of an upload. */
export interface ExpiresAfter {
  readonly anchor: 'created_at';
  readonly seconds: number;
}

/** The batch object on the wire. */
export interface BatchObject {
  readonly id: string;
  readonly object: 'batch';
  readonly endpoint: string;
  errors: { readonly object: 'list'; readonly data: readonly BatchError[] } | null;
  readonly input_file_id: string;
  readonly completion_window: string;
  status: BatchStatus;
  output_file_id: string | null;
  error_file_id: string | null;
  readonly created_at: number;
  in_progress_at: number | null;
  readonly expires_at: number;
  finalizing_at: number | null;
  completed_at: number | null;
  failed_at: number | null;
  expired_at: number | null;
  cancelling_at: number | null;
  cancelled_at: number | null;
  request_counts: { readonly total: number; readonly completed: number; readonly failed: number };
  readonly metadata: Readonly<Record<string, string>> | null;
}

/** The file object on the wire. */
export interface FileObject {
  readonly id: string;
  readonly object: 'file';
  readonly bytes: number;
  readonly created_at: number;
  readonly expires_at?: number;
  readonly filename: string;
  readonly purpose: 'batch' | 'batch_output';
  readonly status: 'processed';
}

/** How a simulator behaves; every field has a default. */
export interface SimulatorOptions extends CommonOptions {
  /** How long a batch stays in each state, in ms. Default `stateMs`. */
  readonly validatingMs?: number;
  readonly runningMs?: number;
  readonly finalizingMs?: number;
  readonly cancellingMs?: number;
  /** `completed`: the batch wins the race against its cancel, and every line runs. Default `cancelled`. */
  readonly cancelEnds?: 'cancelled' | 'completed';
  /** How many lines still run, and are counted, while a cancel is under way, and then are in neither file. Default 0. */
  readonly cancelLoses?: number;
  /** The handles named stay null in the first `polls` GETs of a batch that has ended. */
  readonly handleLag?: { readonly polls: number; readonly files: 'output' | 'error' | 'both' };
  /** Lines allowed in an input file. Default as the vendor. */
  readonly maxLines?: number;
  /** Bytes allowed in an input file. Default as the vendor. */
  readonly maxBytes?: number;
  /** Bytes allowed in all files together. Default as the vendor. */
  readonly maxStoredBytes?: number;
  /** Whose way of the API is spoken. Default OpenAI's own. */
  readonly dialect?: Dialect;
}
