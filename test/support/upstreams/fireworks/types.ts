import type { CommonOptions } from '../kit/types';

/** States that a job goes through on its own, in their order. */
export const STATES = ['VALIDATING', 'PENDING', 'CREATING', 'RUNNING', 'WRITING_RESULTS'] as const;
export type RunningState = (typeof STATES)[number];

/** Every state that a job of the simulator can be in, without its prefix. */
export type JobState = RunningState | 'COMPLETED' | 'FAILED' | 'EXPIRED' | 'DELETING_CLEANING_UP';

/** A gRPC status, as the vendor writes it into a job. */
export interface Status {
  readonly code: string;
  readonly message: string;
}

/** How a simulator behaves; every field has a default. */
export interface SimulatorOptions extends CommonOptions {
  /** Bytes allowed in an upload, form and all. Default 150 MB, as the vendor. */
  readonly maxUploadBytes?: number;
  /** How long a link to a file is good, in ms. Default 599 s, as the vendor. */
  readonly linkMs?: number;
  /** Where the links to files lead; default the simulator's own origin. */
  readonly storageOrigin?: string;
  /** How often a dataset is still found `UPLOADING` after its upload. Default 1. */
  readonly uploadingLooks?: number;
}
