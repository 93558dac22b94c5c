import type { Readable } from 'node:stream';

/** The endpoints of an item that we know; an item's `url` is one of these, and tells the dialect of its body and its answer. */
export const ENDPOINTS = [
  '/v1/chat/completions',
  '/v1/embeddings',
  '/v1/completions',
  '/v1/responses',
  '/v1/messages',
] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** What a provider's batch API allows, as data. Sizes in bytes, times in milliseconds. */
export interface ProviderCapabilities {
  readonly endpoints: readonly Endpoint[];
  /** Those whose bodies are translated, so that only their lines tell how long they are; any other body goes as it is. */
  readonly translated?: readonly Endpoint[];
  /** Values of `completion_window` besides `24h`, which every provider takes. */
  readonly extraWindows: readonly string[];
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly maxLineBytes: number;
  readonly minItems: number;
  /** Most inputs of `/v1/embeddings` in all of one batch; left out where there is no such limit. */
  readonly maxEmbeddingInputs?: number;
  /** Most jobs that may be open at once, of all models; left out where there is no such limit. */
  readonly maxConcurrentJobs?: number;
  /** What a body of `/v1/chat/completions` names the most tokens of its answer there; `max_tokens` when left out. */
  readonly answerLimit?: 'max_completion_tokens';
  /** Most texts of `stop` in a body of `/v1/chat/completions`; left out where no limit is known. */
  readonly maxStopSequences?: number;
  /** Top-level fields of a body that are not taken at all; left out where there are none. */
  readonly refusedFields?: readonly string[];
  readonly pollIntervalMs: number;
  /**
   * How an attempt whose create had no clear answer is found again. `lookup`: by a name or an upload of ours, so that one that is
   * not found can be fenced and begun again. `results`: only by the results of a job that has ended; one that is not found is
   * never begun again but parked for an operator, and so is every one with `none`.
   */
  readonly recovery: 'lookup' | 'results' | 'none';
  /**
   * Whether a job can be told to stop, and then keeps what ran (`stops`) or gives nothing of it (`discards`); one of which anything
   * ran is then waited for as where it is `none`.
   */
  readonly cancel: 'stops' | 'discards' | 'none';
  /** Whether a job that goes on is stopped by its removal, and what ran goes with it; left out where it has to end first. */
  readonly removalStops?: boolean;
  /** How long after a create a 404 still means "not visible yet". */
  readonly notFoundGraceMs: number;
}

/** One item of a batch as it is stored: facts plus the caller's own bytes. */
export interface StoredItem {
  readonly endpoint: Endpoint;
  /** The caller's `body`, byte for byte, a JSON object. */
  readonly body: Buffer;
}

/** The values of `reasoning_effort` that we know. */
export const REASONING_EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type ReasoningEffort = (typeof REASONING_EFFORTS)[number];

/** What is known of a model beyond its name; what is left out is not known, and then nothing is refused for it. */
export interface ModelTraits {
  /** `one`: temperature or top_p, not both; `none`: no sampling field at all. */
  readonly sampling?: 'any' | 'one' | 'none';
  readonly tools?: boolean;
  /** Whether it can be made to call a tool, a named one or any. */
  readonly forcedTools?: boolean;
  readonly images?: boolean;
  readonly jsonSchema?: boolean;
  /** How thinking is asked for; `none` where the model does not reason. */
  readonly reasoning?: 'effort' | 'level' | 'budget' | 'none';
  /** The efforts that it takes: `none` and `minimal` among them where it can be told not to think. */
  readonly efforts?: readonly ReasoningEffort[];
  /** `none`: while it is asked to think, sampling stays as it is and no tool can be forced. */
  readonly besideThinking?: 'any' | 'none';
  /** Most tokens of one answer; where the vendor requires a limit and the caller gives none, this is sent. */
  readonly maxOutputTokens?: number;
}

/** The model that an item goes to. */
export interface TargetModel {
  /** The vendor's own id. */
  readonly upstream: string;
  readonly traits: ModelTraits;
}

/** A field that the provider cannot honour. */
export interface UnsupportedField {
  /** Path inside `body`, such as `['logit_bias']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Names one try to submit a part; everything upstream that carries the token is ours. */
export interface Attempt {
  /** 8 characters `[a-z0-9]`, unique to this attempt. */
  readonly token: string;
  readonly partId: string;
  readonly endpoint: Endpoint;
  /** The vendor's own model id, without our prefix. */
  readonly model: string;
  readonly completionWindow: string;
  readonly itemCount: number;
  /** When the attempt began, ms since the epoch: nothing of it upstream is older. */
  readonly begunAt: number;
  /** When the create was first sent, ms since the epoch; null when it was not. */
  readonly createSentAt: number | null;
  /** The provider's id of the staged input, null when the provider takes requests inline or nothing is staged yet. */
  readonly inputId: string | null;
}

/** The encoded lines of a part in local scratch, whole and of known length. */
export interface StagedLines {
  readonly bytes: number;
  /** A fresh stream over the lines, one JSON object and a newline each. */
  open(): Readable;
}

export type RemoteState =
  'validating' | 'in_progress' | 'finalizing' | 'cancelling' | 'completed' | 'failed' | 'expired' | 'cancelled';

/** A provider's reason for refusing a whole batch. */
export interface RemoteError {
  readonly code: string;
  readonly message: string;
  /** The line of what was sent that is at fault, 1-based; null when none is named, or not reliably. */
  readonly line: number | null;
  /** The item at fault, under the id that we sent upstream, where the provider names that and no line. */
  readonly itemId?: string;
  /** The reason would meet every line, such as an unknown model: the others cannot run without this one either. */
  readonly everyLine?: boolean;
}

export interface RemoteBatch {
  readonly id: string;
  readonly state: RemoteState;
  /** The provider's own counts: hints while it runs, the measure of a whole download at the end. */
  readonly counts: { readonly total: number; readonly succeeded: number; readonly failed: number } | null;
  readonly errors: readonly RemoteError[];
  /** A `failed` that is about capacity (queued tokens): nothing ran, and a later attempt can succeed. */
  readonly retryable: boolean;
  /** A `failed` of which it is certain that no item was begun: sending the same items again buys nothing twice. */
  readonly ranNothing?: boolean;
}

/** What became of one item, under the id that we sent upstream. */
export interface ItemOutcome {
  readonly itemId: string;
  readonly response: {
    readonly statusCode: number;
    readonly requestId: string | null;
    /** The body's own bytes, valid JSON on one line. */
    readonly body: Buffer;
  } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Thrown by `results` when a download is not whole; the collector reads again. */
export class IncompleteDownloadError extends Error {
  override readonly name = 'IncompleteDownloadError';
}

/**
 * A provider's batch API. An adapter holds no state: whatever it must know comes from the attempt or the provider.
 * Network calls throw {@link ProviderCallError}; a failed item is a value.
 */
export interface ProviderAdapter {
  readonly id: string;
  readonly capabilities: ProviderCapabilities;

  /** Pure: the fields of an item that cannot be translated exactly; empty when all can. */
  check(item: StoredItem, model: TargetModel): readonly UnsupportedField[];
  /** Pure: the line that goes upstream for an item, without a newline. */
  encode(item: StoredItem, itemId: string, model: TargetModel): Buffer;

  /** Uploads the lines under the attempt's name. Resolves to the provider's id of them, null when the create carries them. */
  stage(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<string | null>;
  /** Creates the upstream batch; never retried by the adapter. */
  submit(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<RemoteBatch>;
  /**
   * Looks for a batch that this attempt created; null when the provider shows none, and with `recovery: 'results'` also when it shows
   * one of which nobody will ever know.
   */
  find(attempt: Attempt, signal: AbortSignal): Promise<RemoteBatch | null>;
  poll(remoteId: string, signal: AbortSignal): Promise<RemoteBatch>;
  /**
   * Every outcome the provider holds, in any order, with answers in the dialect of the endpoint that the items were sent to.
   * Throws {@link IncompleteDownloadError} when a download is cut short.
   */
  results(remoteId: string, signal: AbortSignal, endpoint: Endpoint): AsyncIterable<ItemOutcome>;
  cancel(remoteId: string, signal: AbortSignal): Promise<void>;
  /** Removes the attempt's staged input, so that a create still on its way cannot run; safe to repeat. */
  withdraw(attempt: Attempt, signal: AbortSignal): Promise<void>;
  /** Removes what this attempt left upstream once its results are stored here; safe to repeat. */
  cleanup(attempt: Attempt, remoteId: string, signal: AbortSignal): Promise<void>;
}
