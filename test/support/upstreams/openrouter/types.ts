import type { CommonOptions } from '../kit/types';

export const ENDPOINTS = ['/v1/chat/completions', '/v1/responses', '/v1/messages', '/v1/embeddings'] as const;
export type BatchEndpoint = (typeof ENDPOINTS)[number];

export type BatchStatus =
  'validating' | 'in_progress' | 'finalizing' | 'completed' | 'failed' | 'expired' | 'cancelled';

/** What a create asks for, its envelope checked. */
export interface Submission {
  readonly endpoint: BatchEndpoint;
  readonly model: string;
  readonly requests: readonly BatchRequest[];
}

/** A request of a batch, as it was sent. */
export interface BatchRequest {
  readonly customId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The batch object on the wire, without its results. */
export interface BatchObject {
  readonly id: string;
  readonly object: 'batch';
  readonly endpoint: BatchEndpoint;
  readonly model: string;
  readonly completion_window: '24h';
  readonly status: BatchStatus;
  readonly created_at: number;
  readonly finalized_at: number | null;
  readonly request_counts: { readonly total: number; readonly completed: number; readonly failed: number };
  readonly usage: object | null;
  readonly error: { readonly message: string } | null;
}

/** How a simulator behaves; every field has a default. */
export interface SimulatorOptions extends CommonOptions {
  /** How long a batch is in each state that it passes. Default `stateMs`. */
  readonly validatingMs?: number;
  readonly runningMs?: number;
  readonly finalizingMs?: number;
  /** Requests allowed in a batch. Default 5,000, as the vendor. */
  readonly maxRequests?: number;
  /** Bytes allowed in a create. Default 200 MB; the vendor publishes none. */
  readonly maxBytes?: number;
}
