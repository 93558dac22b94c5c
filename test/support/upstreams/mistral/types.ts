import type { CommonOptions } from '../kit/types';

/** Every status of a job, as the vendor spells it. */
export type JobStatus =
  'QUEUED' | 'RUNNING' | 'SUCCESS' | 'FAILED' | 'TIMEOUT_EXCEEDED' | 'CANCELLATION_REQUESTED' | 'CANCELLED';

/** The job object on the wire. */
export interface JobObject {
  readonly id: string;
  readonly object: 'batch';
  readonly input_files: readonly string[];
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly endpoint: string;
  readonly model: string;
  readonly agent_id: null;
  output_file: string | null;
  error_file: string | null;
  errors: readonly { readonly message: string; readonly count: number }[];
  readonly outputs: null;
  status: JobStatus;
  readonly created_at: number;
  total_requests: number;
  completed_requests: number;
  succeeded_requests: number;
  failed_requests: number;
  started_at: number | null;
  completed_at: number | null;
}

/** The file object on the wire. */
export interface FileObject {
  readonly id: string;
  readonly object: 'file';
  readonly bytes: number;
  readonly created_at: number;
  readonly filename: string;
  readonly purpose: 'batch';
  readonly sample_type: 'batch_request' | 'batch_result' | 'batch_error';
  readonly num_lines: number;
  readonly mimetype: string;
  readonly source: 'upload' | 'mistral';
  readonly signature: null;
  readonly expires_at: null;
  readonly visibility: 'workspace';
}

/** How a simulator behaves; every field has a default. */
export interface SimulatorOptions extends CommonOptions {
  /** `everything`: the job wins the race against its cancel and ends `CANCELLED` with every row. Default `what ran`. */
  readonly cancelKeeps?: 'what ran' | 'everything';
  /** Bytes allowed in a file. Default 512 MB, as the vendor. */
  readonly maxBytes?: number;
}
