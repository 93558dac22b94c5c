import type { CommonOptions } from '../kit/types';

/** A batch on the wire. Its times are days, and it has no status. */
export interface XaiBatch {
  readonly batch_id: string;
  readonly name: string;
  readonly create_time: string;
  readonly expire_time: string;
  readonly create_api_key_id: string;
  readonly cancel_time: string | null;
  readonly cancel_by_xai_message: string | null;
  readonly state: {
    readonly num_requests: number;
    readonly num_pending: number;
    readonly num_success: number;
    readonly num_error: number;
    readonly num_cancelled: number;
  };
  /** Only where the batch was made from a file. */
  readonly input_file_id?: string;
}

/** A file on the wire; times are seconds since the epoch. */
export interface XaiFile {
  readonly id: string;
  readonly object: 'file';
  readonly bytes: number;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly filename: string;
  readonly purpose: string;
}

/** How a simulator behaves; every field has a default. */
export interface SimulatorOptions extends CommonOptions {
  /** Cancelled requests have no row in the results: only the list of requests tells. Default false. */
  readonly omitCancelled?: boolean;
  /** Takes a create whose input is gone, and ends it before anything runs. Default false: it is refused. */
  readonly missingInputLate?: boolean;
  /** Most rows of one page, whatever is asked for. Default 1000. */
  readonly maxPage?: number;
  /** Bytes allowed in an upload. Default 50 MB, as the reference of the upload says. */
  readonly maxUploadBytes?: number;
  /** Lines allowed in a file. Default 50,000. */
  readonly maxLines?: number;
  /** Bytes allowed in a line. Default 25 MB. */
  readonly maxLineBytes?: number;
}
