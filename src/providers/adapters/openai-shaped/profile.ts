import type { Endpoint, ProviderCapabilities, RemoteState } from '../../contract/adapter';
import type { ProviderNotes } from '../../contract/definition';

/** How a vendor spells an endpoint. */
export interface EndpointPaths {
  /** In the create's `endpoint`. */
  readonly create: string;
  /** In the `url` of every line. */
  readonly line: string;
}

/** One provider whose batch API is OpenAI's Files and Batches APIs, as the differences from them. */
export interface OpenAiProfile {
  readonly id: string;
  /** Without a trailing slash; null where every operator has another. */
  readonly baseUrl: string | null;
  /** Taken from documentation alone: nobody has tried it, not even against a simulator. */
  readonly unverified: boolean;
  /** The header of the key, and the word before the key if there is one. */
  readonly auth: { readonly header: string; readonly scheme: string | null };
  /** Sent with every call besides the key. */
  readonly headers: Readonly<Record<string, string>>;
  readonly endpoints: Readonly<Partial<Record<Endpoint, EndpointPaths>>>;
  readonly limits: Omit<ProviderCapabilities, 'endpoints' | 'recovery' | 'cancel' | 'refusedFields'>;
  readonly notes: ProviderNotes;
  readonly upload: UploadProfile;
  readonly create: {
    /** Whether it takes `metadata`; without it a batch is found by its input file. */
    readonly metadata: boolean;
    /** The member of the answer that holds the batch; null where the answer is the batch. */
    readonly envelope: string | null;
    /** A header by which a repeated create is the same create; null where there is none. */
    readonly idempotencyHeader: string | null;
  };
  /** Whether a download is answered with a redirect elsewhere, which is then followed without the key. */
  readonly contentRedirects: boolean;
  /** How lists go on: by the last id, by `paging.next_cursor`, or not at all. */
  readonly paging: 'after' | 'cursor' | 'none';
  /** Whether lists are known to come newest first; any other is read to its end. */
  readonly newestFirst: boolean;
  /** Words for states beside OpenAI's own, in lower case. */
  readonly statusWords: Readonly<Record<string, RemoteState>>;
  /** Top-level fields of a body that the vendor does not take at all. */
  readonly refusedFields: readonly string[];
  /** How the vendor counts the lines that `errors` names; null: not reliably, and then no line is told. */
  readonly lineBase: 0 | 1 | null;
  /** What a batch that failed shows of whether any of it ran. */
  readonly traces: {
    /** Whether the vendor counts requests; of one that never does, the absence of both files tells that nothing ran. */
    readonly counts: boolean;
    /** Whether `request_counts` is null until a batch has been validated, and never after: then null tells that nothing ran. */
    readonly nullUntilValidated: boolean;
    /** Whether a batch has an error file in any case, which then tells nothing. */
    readonly errorFileAlways: boolean;
  };
}

export interface UploadProfile {
  readonly path: string;
  readonly purpose: string;
  /** A form field that repeats the file's name; null where there is none. */
  readonly nameField: string | null;
  /** How long the vendor keeps the upload; null leaves it to the vendor. */
  readonly expiresAfterSeconds: number | null;
  /** Whether a create fails until the file's status is `processed`. */
  readonly awaitProcessed: boolean;
  /** The member of the answer that may hold the file; null where the answer is the file. */
  readonly envelope: string | null;
}

/** OpenAI's own shape, from which every profile starts. */
export const OPENAI_SHAPE: Omit<OpenAiProfile, 'id' | 'baseUrl' | 'unverified' | 'endpoints' | 'limits'> = {
  auth: { header: 'authorization', scheme: 'Bearer' },
  headers: {},
  upload: {
    path: '/files',
    purpose: 'batch',
    nameField: null,
    expiresAfterSeconds: null,
    awaitProcessed: false,
    envelope: null,
  },
  create: { metadata: true, envelope: null, idempotencyHeader: null },
  contentRedirects: false,
  paging: 'after',
  newestFirst: false,
  statusWords: {},
  refusedFields: [],
  lineBase: 1,
  traces: { counts: true, nullUntilValidated: false, errorFileAlways: false },
  notes: {
    cancel: 'Stops what has not run; what ran is kept.',
    expiry: 'Items that did not run in the window carry `batch_expired`; what ran is kept.',
    refused: 'Nothing: bodies pass through, and the provider judges them.',
  },
};

/** Endpoints that the vendor spells as we do. */
export function sameEndpoints(...endpoints: readonly Endpoint[]): OpenAiProfile['endpoints'] {
  return Object.fromEntries(endpoints.map((endpoint) => [endpoint, { create: endpoint, line: endpoint }]));
}

export function capabilitiesOf({ endpoints, limits, refusedFields }: OpenAiProfile): ProviderCapabilities {
  return {
    ...limits,
    ...(refusedFields.length > 0 && { refusedFields }),
    endpoints: Object.keys(endpoints) as Endpoint[],
    recovery: 'lookup',
    cancel: 'stops',
  };
}
