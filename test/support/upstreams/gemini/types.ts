import type { JsonObject } from '../kit/json';
import type { CommonOptions } from '../kit/types';

/** A request of a batch, as it was sent. */
export interface BatchRequest {
  readonly key: string;
  readonly request: JsonObject;
}

/** What a batch is made of. */
export interface BatchInput {
  readonly displayName: string;
  /** The model's id, without `models/`. */
  readonly model: string;
  readonly isEmbedding: boolean;
  /** The file of the requests; null when the create carried them. */
  readonly fileName: string | null;
  readonly requests: readonly BatchRequest[];
}

/** A gRPC status, as the vendor writes it into an operation. */
export interface Status {
  readonly code: number;
  readonly message: string;
}

/** How a simulator behaves; every field has a default. */
export interface SimulatorOptions extends CommonOptions {
  /** In front of the words of states. Default `BATCH_STATE_`; `JOB_STATE_` is seen too. */
  readonly statePrefix?: string;
  /** Where the answers of an inline batch are. Default at both places, as the vendor; `flat` leaves out the inner object. */
  readonly answersAt?: 'both' | 'response' | 'metadata' | 'flat';
  /** How often an upload is looked at before it is active. Default 1. */
  readonly processingLooks?: number;
  /** Batches that may be open at once. Default 100, as the vendor. */
  readonly maxOpen?: number;
  /** Bytes allowed in a create. Default 20 MB, as the vendor. */
  readonly maxInlineBytes?: number;
  /** Bytes allowed in a file. Default 2 GB, as the vendor. */
  readonly maxFileBytes?: number;
  /** Bytes allowed in all uploaded files together. Default 20 GB, as the vendor. */
  readonly maxStoredBytes?: number;
}
