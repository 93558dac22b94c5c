import {
  IncompleteDownloadError,
  type Attempt,
  type ItemOutcome,
  type ProviderAdapter,
  type ProviderCapabilities,
  type RemoteBatch,
  type RemoteState,
  type StagedLines,
  type StoredItem,
  type TargetModel,
  type UnsupportedField,
} from '../../contract/adapter';
import type { AdapterDefinition } from '../../contract/definition';
import { ENDED_STATES } from '../../contract/ended-states';
import { ProviderCallError } from '../../contract/errors';
import { refusedByTraits } from '../../translation/traits';
import { arrayBody } from '../../upstream/array-body';
import { unreadable } from '../../upstream/read-outcomes';
import { areOf, findUnnamed, type Ownership } from '../../upstream/unnamed-search';
import { readNewestFirst } from '../../upstream/unnamed-search-list';
import { UpstreamApi } from '../../upstream/upstream-api';
import { toRemoteState } from '../openai-shaped/openai-shaped.mapper';
import { BatchDocument } from './batch-document';
import { checkItem } from './check-item';
import { namedItem, toRemoteBatch, wasNotCharged } from './from-batch';
import { toOutcome } from './from-row';
import { batchWire, pageWire, type BatchWire } from './openrouter.wire';
import { readRefusal } from './read-refusal';
import { toLine } from './to-line';

/** The collection of batches itself, as the beta has it; the vendor's newest pages also show it at `/api/v1/batches`. */
const BASE_URL = 'https://openrouter.ai/api/beta/batches';
const PAGE = 100;
const ENDED: readonly RemoteState[] = ['completed', 'failed', 'expired', 'cancelled'];

/**
 * 5,000 requests are what the vendor documents (openrouter.ai/docs/guides/features/batch-api, November 2026). It publishes no
 * sizes: these are cautious, below what the providers behind it take.
 */
const CAPABILITIES: ProviderCapabilities = {
  endpoints: ['/v1/chat/completions', '/v1/responses', '/v1/embeddings'],
  extraWindows: [],
  maxItems: 5000,
  maxBytes: 100_000_000,
  maxLineBytes: 10_000_000,
  minItems: 1,
  pollIntervalMs: 30_000,
  recovery: 'results',
  cancel: 'none',
  notFoundGraceMs: 120_000,
};

export const OPENROUTER: AdapterDefinition = {
  id: 'openrouter',
  baseUrl: BASE_URL,
  capabilities: CAPABILITIES,
  unverified: false,
  notes: {
    cancel: 'There is none: a batch that is cancelled waits for its end there, and is read and paid for then.',
    expiry: 'After 24 hours the whole batch expires, and nothing of it can be read, not even what ran.',
    refused:
      'Images and files as data URIs; `audio`, `image_config` and `modalities` beyond text in chat completions; `input_type` and `provider` in embeddings. One request that cannot be translated fails its batch there before any runs; the others are then sent again without it.',
  },
  create: ({ apiKey, baseUrl = BASE_URL, timeoutMs }) => {
    const headers = { authorization: `Bearer ${apiKey}` };
    return new OpenRouterAdapter(new UpstreamApi({ provider: 'openrouter', baseUrl, headers, timeoutMs, readRefusal }));
  },
};

/** OpenRouter's Batch API. Requests go up in the create and results come down in the batch; only their ids tell of an attempt. */
class OpenRouterAdapter implements ProviderAdapter {
  readonly id = 'openrouter';
  readonly capabilities = CAPABILITIES;

  constructor(private readonly api: UpstreamApi) {}

  check(item: StoredItem, { traits }: TargetModel): readonly UnsupportedField[] {
    return [...checkItem(item), ...refusedByTraits(item.body, traits)];
  }

  encode(item: StoredItem, itemId: string, model: TargetModel): Buffer {
    return toLine(item, itemId, model);
  }

  /** Nothing: the create carries the requests. */
  async stage(): Promise<null> {
    return null;
  }

  /** The vendor reads the create as it comes, and refuses one in which the requests come before what they are for. */
  async submit({ endpoint, model }: Attempt, lines: StagedLines, signal: AbortSignal): Promise<RemoteBatch> {
    const head = `${JSON.stringify({ endpoint, model }).slice(0, -1)},"requests":[`;
    const { length, stream } = arrayBody(head, lines, ']}');
    const headers = { 'content-type': 'application/json', 'content-length': String(length) };
    const call = { method: 'POST', path: '', headers, body: stream, takesLong: true, signal } as const;
    const answer = await this.api.client.json(call);
    return toRemoteBatch(this.api.parse(batchWire, answer));
  }

  /**
   * By its time, size and endpoint, and then by its results: see {@link findUnnamed}. The model is not compared, since the
   * vendor takes aliases and variants and need not answer with the word that was sent.
   */
  async find(attempt: Attempt, signal: AbortSignal): Promise<RemoteBatch | null> {
    const found = await findUnnamed(attempt, {
      provider: this.id,
      batches: this.list(signal),
      createdAt: (batch) => batch.created_at * 1000,
      fits: (batch) => mayBeOf(attempt, batch),
      isOurs: (batch) => this.isOf(attempt, batch, signal),
    });
    return found && toRemoteBatch(found);
  }

  /** Reads no further than it must: of a batch that has ended, everything behind the small fields is its results. */
  async poll(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    const document = new BatchDocument();
    try {
      for await (const _ of document.rows(this.document(remoteId, signal))) {
        if (document.isTold) break;
      }
    } catch (error) {
      if (!(error instanceof IncompleteDownloadError)) throw error;
      throw new ProviderCallError(this.id, 'ambiguous', error.message, {}, { cause: error });
    }
    return toRemoteBatch(this.api.parse(batchWire, document.fields));
  }

  async *results(remoteId: string, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    const document = new BatchDocument();
    for await (const row of document.rows(this.document(remoteId, signal))) yield toOutcome(row) ?? unreadable(row);
    const { status } = this.api.parse(batchWire, document.fields);
    if (toRemoteState(status) === 'completed' && !document.hasResults) {
      throw new IncompleteDownloadError('The batch is completed and shows no results');
    }
  }

  /** Nothing: the vendor has no such call. */
  async cancel(): Promise<void> {}

  /** Nothing: a create that is on its way cannot be held up. */
  async withdraw(): Promise<void> {}

  /** Takes the batch and its results away; the vendor keeps its record of what was charged. */
  async cleanup(_attempt: Attempt, remoteId: string, signal: AbortSignal): Promise<void> {
    await this.api.remove(`/${this.api.safe(remoteId)}`, signal);
  }

  private document(remoteId: string, signal: AbortSignal): AsyncGenerator<Buffer> {
    return this.api.client.download(`/${this.api.safe(remoteId)}`, signal);
  }

  /**
   * Whether the batch is the attempt's. Its results tell, or a reason that names an item. One that failed without a charge ran
   * nothing and has nothing to read: where it is ours all the same, to send the attempt again costs nothing twice, and the
   * reason comes again. Of one that expired or was cancelled something may have been charged, and nobody can tell whose it was.
   */
  private async isOf(attempt: Attempt, batch: BatchWire, signal: AbortSignal): Promise<Ownership> {
    const state = toRemoteState(batch.status);
    if (state === 'completed') return areOf(attempt, this.results(batch.id, signal));
    if (state !== 'failed') return ENDED_STATES.includes(state) ? 'unknowable' : 'untold';
    const item = namedItem(batch);
    if (item !== null) return item.endsWith(`-${attempt.token}`);
    return wasNotCharged(batch) ? false : 'unknowable';
  }

  /** Every batch of the workspace, newest first. */
  private list(signal: AbortSignal): AsyncGenerator<BatchWire> {
    return readNewestFirst(this.id, batchWire, (last) => {
      const after = last === null ? '' : `&after=${this.api.safe(last)}`;
      return this.api.get(pageWire, `?limit=${PAGE}${after}`, signal);
    });
  }
}

/** By its endpoint and size. A total of 0 says nothing of a batch that has not ended: it may not be counted yet. */
function mayBeOf(attempt: Attempt, { status, endpoint, request_counts: counts }: BatchWire): boolean {
  if ((endpoint ?? attempt.endpoint) !== attempt.endpoint) return false;
  const isCounted = counts && (counts.total !== 0 || ENDED.includes(toRemoteState(status)));
  return !isCounted || counts.total === attempt.itemCount;
}
