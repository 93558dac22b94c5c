import type {
  Attempt,
  Endpoint,
  ItemOutcome,
  ProviderAdapter,
  ProviderCapabilities,
  RemoteBatch,
  StagedLines,
  StoredItem,
  TargetModel,
  UnsupportedField,
} from '../../contract/adapter';
import { ProviderCallError } from '../../contract/errors';
import type { AdapterDefinition } from '../../contract/definition';
import { arrayBody } from '../../upstream/array-body';
import { readOutcomes } from '../../upstream/read-outcomes';
import { areOf, findUnnamed } from '../../upstream/unnamed-search';
import { readNewestFirst } from '../../upstream/unnamed-search-list';
import { UpstreamApi } from '../../upstream/upstream-api';
import { batchWire, pageWire, type BatchWire } from './anthropic.wire';
import { checkChat } from './check-chat';
import { endedAt, toRemoteBatch, totalOf } from './from-batch';
import { toOutcome } from './from-row';
import { readRefusal } from './read-refusal';
import { checkVerbatim, MESSAGES, toVerbatimLine, toVerbatimOutcome } from './verbatim';
import { toLine } from './to-params';

const BASE_URL = 'https://api.anthropic.com';
const BATCHES = '/v1/messages/batches';
const API_VERSION = '2023-06-01';
const PAGE = 100;
const OVERLOADED = 529;

/** Limits as documented by the vendor in November 2026: 100,000 requests and 256 MB a batch. */
const CAPABILITIES: ProviderCapabilities = {
  endpoints: ['/v1/chat/completions', MESSAGES],
  translated: ['/v1/chat/completions'],
  extraWindows: [],
  maxItems: 100_000,
  maxBytes: 256_000_000,
  maxLineBytes: 256_000_000,
  minItems: 1,
  pollIntervalMs: 30_000,
  recovery: 'results',
  cancel: 'stops',
  notFoundGraceMs: 120_000,
};

export const ANTHROPIC: AdapterDefinition = {
  id: 'anthropic',
  baseUrl: BASE_URL,
  capabilities: CAPABILITIES,
  unverified: false,
  notes: {
    cancel:
      'Stops what has not run; what ran is kept. A batch of which anything ran ends `completed` there, and its items tell.',
    expiry: 'After 24 hours; items that did not run carry `batch_expired`.',
    refused:
      'Messages go as they are, without `stream: false`; `speed`, `store`, `cache_hint` and `context_hint` are refused, as in every batch there. Chat completions are translated; what has no equal is refused by name. `metadata`, `service_tier`, `prompt_cache_key` and `store: false` are left out.',
  },
  create: ({ apiKey, baseUrl = BASE_URL, timeoutMs }) => {
    const headers = { 'x-api-key': apiKey, 'anthropic-version': API_VERSION };
    const api = new UpstreamApi({ provider: 'anthropic', baseUrl, headers, timeoutMs, readRefusal });
    return new AnthropicAdapter(api, baseUrl);
  },
};

/** Anthropic's Message Batches API. Requests go up in the create, and nothing upstream but their ids tells of an attempt. */
class AnthropicAdapter implements ProviderAdapter {
  readonly id = 'anthropic';
  readonly capabilities = CAPABILITIES;

  constructor(
    private readonly api: UpstreamApi,
    private readonly base: string,
  ) {}

  check(item: StoredItem, model: TargetModel): readonly UnsupportedField[] {
    return item.endpoint === MESSAGES ? checkVerbatim(item) : checkChat(item, model);
  }

  encode(item: StoredItem, itemId: string, model: TargetModel): Buffer {
    return item.endpoint === MESSAGES ? toVerbatimLine(item, itemId, model) : toLine(item, itemId, model);
  }

  /** Nothing: the create carries the requests. */
  async stage(): Promise<null> {
    return null;
  }

  async submit(_attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<RemoteBatch> {
    const { length, stream } = arrayBody('{"requests":[', lines, ']}');
    const headers = { 'content-type': 'application/json', 'content-length': String(length) };
    try {
      const call = { method: 'POST', path: BATCHES, headers, body: stream, takesLong: true, signal } as const;
      const answer = await this.api.client.json(call);
      return toRemoteBatch(this.api.parse(batchWire, answer));
    } catch (error) {
      throw isOverloaded(error) ? new ProviderCallError(this.id, 'throttled', error.message, error.details) : error;
    }
  }

  /** By its time and size, and then by its results: see {@link findUnnamed}. */
  async find(attempt: Attempt, signal: AbortSignal): Promise<RemoteBatch | null> {
    const found = await findUnnamed(attempt, {
      provider: this.id,
      batches: this.list(signal),
      createdAt: (batch) => Date.parse(batch.created_at),
      fits: (batch) => totalOf(batch) === attempt.itemCount,
      isOurs: async (batch) =>
        isEnded(batch) ? areOf(attempt, this.outcomes(batch, signal, attempt.endpoint)) : 'untold',
    });
    return found && toRemoteBatch(found);
  }

  async poll(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    return toRemoteBatch(await this.retrieve(remoteId, signal));
  }

  async *results(remoteId: string, signal: AbortSignal, endpoint: Endpoint): AsyncGenerator<ItemOutcome> {
    const batch = await this.retrieve(remoteId, signal);
    if (isEnded(batch)) yield* this.outcomes(batch, signal, endpoint);
  }

  async cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.api.stop(`${BATCHES}/${this.api.safe(remoteId)}/cancel`, signal);
  }

  /** Nothing: a create that is on its way cannot be held up. */
  async withdraw(): Promise<void> {}

  async cleanup(_attempt: Attempt, remoteId: string, signal: AbortSignal): Promise<void> {
    await this.api.remove(`${BATCHES}/${this.api.safe(remoteId)}`, signal);
  }

  private async retrieve(remoteId: string, signal: AbortSignal): Promise<BatchWire> {
    return this.api.get(batchWire, `${BATCHES}/${this.api.safe(remoteId)}`, signal);
  }

  private outcomes(batch: BatchWire, signal: AbortSignal, endpoint: Endpoint): AsyncGenerator<ItemOutcome> {
    const created = endedAt(batch);
    const read = endpoint === MESSAGES ? toVerbatimOutcome : (line: Buffer) => toOutcome(line, created);
    return readOutcomes(this.api.client.download(this.resultsPath(batch), signal), read);
  }

  /** The vendor names a URL for the results. Where that is not below our base, the key must not go there. */
  private resultsPath({ id, results_url: url }: BatchWire): string {
    return url?.startsWith(`${this.base}/`) ? url.slice(this.base.length) : `${BATCHES}/${this.api.safe(id)}/results`;
  }

  /** Every batch, newest first. */
  private list(signal: AbortSignal): AsyncGenerator<BatchWire> {
    return readNewestFirst(this.id, batchWire, (last) => {
      const after = last === null ? '' : `&after_id=${this.api.safe(last)}`;
      return this.api.get(pageWire, `${BATCHES}?limit=${PAGE}${after}`, signal);
    });
  }
}

/** The vendor's word for having no capacity: unlike other errors of a server it says that nothing was done. */
function isOverloaded(error: unknown): error is ProviderCallError {
  return error instanceof ProviderCallError && error.details.status === OVERLOADED;
}

function isEnded({ processing_status: status }: BatchWire): boolean {
  return status === 'ended';
}
