import {
  IncompleteDownloadError,
  type Attempt,
  type ItemOutcome,
  type ProviderAdapter,
  type ProviderCapabilities,
  type RemoteBatch,
  type StagedLines,
  type StoredItem,
  type TargetModel,
  type UnsupportedField,
} from '../../contract/adapter';
import { ProviderCallError } from '../../contract/errors';
import type { AdapterDefinition } from '../../contract/definition';
import { readOutcomes } from '../../upstream/read-outcomes';
import { UpstreamApi } from '../../upstream/upstream-api';
import { batchWire, pageWire, type BatchWire } from './anthropic.wire';
import { checkChat } from './check-chat';
import { endedAt, toRemoteBatch, totalOf } from './from-batch';
import { requestBody } from './request-body';
import { toOutcome } from './from-row';
import { toLine } from './to-params';

const BASE_URL = 'https://api.anthropic.com';
const BATCHES = '/v1/messages/batches';
const API_VERSION = '2023-06-01';
const PAGE = 100;
/** How far the vendor's clock may be behind ours when we look for a batch by its time. */
const CLOCK_MARGIN_MS = 10 * 60_000;
/** A create that was sent longer ago than this has come to its end, one way or the other. */
const LONGEST_CREATE_MS = 60 * 60_000;
const OVERLOADED = 529;

/** Limits as documented by the vendor in November 2026: 100,000 requests and 256 MB a batch. */
const CAPABILITIES: ProviderCapabilities = {
  endpoints: ['/v1/chat/completions'],
  extraWindows: [],
  maxItems: 100_000,
  maxBytes: 256_000_000,
  maxLineBytes: 256_000_000,
  minItems: 1,
  pollIntervalMs: 30_000,
  recovery: 'lookup',
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
      'Chat completions are translated; what has no equal is refused by name. `metadata`, `service_tier`, `prompt_cache_key` and `store: false` are left out.',
  },
  create: ({ apiKey, baseUrl = BASE_URL, timeoutMs }) => {
    const headers = { 'x-api-key': apiKey, 'anthropic-version': API_VERSION };
    return new AnthropicAdapter(new UpstreamApi({ provider: 'anthropic', baseUrl, headers, timeoutMs }), baseUrl);
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
    return checkChat(item, model);
  }

  encode(item: StoredItem, itemId: string, model: TargetModel): Buffer {
    return toLine(item, itemId, model);
  }

  /** Nothing: the create carries the requests. */
  async stage(): Promise<null> {
    return null;
  }

  async submit(_attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<RemoteBatch> {
    const { length, stream } = requestBody(lines);
    const headers = { 'content-type': 'application/json', 'content-length': String(length) };
    try {
      const answer = await this.api.client.json({ method: 'POST', path: BATCHES, headers, body: stream, signal });
      return toRemoteBatch(this.api.parse(batchWire, answer));
    } catch (error) {
      throw isOverloaded(error) ? new ProviderCallError(this.id, 'throttled', error.message, error.details) : error;
    }
  }

  /**
   * The vendor shows neither a name nor the requests of a batch, only its time and size; other batches may share both. Of one that
   * has ended the results tell, since their ids carry the attempt's token. Until then one that may be ours is no proof either way,
   * and then this throws.
   */
  async find(attempt: Attempt, signal: AbortSignal): Promise<RemoteBatch | null> {
    let isOpen = false;
    for await (const candidate of this.candidates(attempt, signal)) {
      const isOurs = await this.isOf(attempt, candidate, signal);
      if (isOurs) return toRemoteBatch(candidate);
      isOpen ||= isOurs === null;
    }
    if (!isOpen) return null;
    const message = 'A batch that may be the attempt’s has not ended, and only its results can tell';
    throw new ProviderCallError(this.id, 'ambiguous', message, { code: 'attempt_not_named' });
  }

  async poll(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    return toRemoteBatch(await this.retrieve(remoteId, signal));
  }

  async *results(remoteId: string, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    const batch = await this.retrieve(remoteId, signal);
    if (batch.processing_status === 'ended') yield* this.outcomes(batch, signal);
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

  private outcomes(batch: BatchWire, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    const created = endedAt(batch);
    return readOutcomes(this.api.client.download(this.resultsPath(batch), signal), (line) => toOutcome(line, created));
  }

  /** The vendor names a URL for the results. Where that is not below our base, the key must not go there. */
  private resultsPath({ id, results_url: url }: BatchWire): string {
    return url?.startsWith(`${this.base}/`) ? url.slice(this.base.length) : `${BATCHES}/${this.api.safe(id)}/results`;
  }

  /** Batches of the attempt's size that were made when its create was sent. */
  private async *candidates(attempt: Attempt, signal: AbortSignal): AsyncGenerator<BatchWire> {
    const sentAt = attempt.createSentAt ?? attempt.begunAt;
    for await (const batch of this.list(signal)) {
      const createdAt = Date.parse(batch.created_at);
      if (createdAt < sentAt - CLOCK_MARGIN_MS) return;
      if (createdAt <= sentAt + LONGEST_CREATE_MS && totalOf(batch) === attempt.itemCount) yield batch;
    }
  }

  /** Whether the batch is the attempt's; null when that cannot be known yet. */
  private async isOf({ token }: Attempt, batch: BatchWire, signal: AbortSignal): Promise<boolean | null> {
    if (batch.processing_status !== 'ended') return null;
    try {
      for await (const { itemId } of this.outcomes(batch, signal)) {
        if (itemId !== '') return itemId.endsWith(`-${token}`);
      }
    } catch (error) {
      if (!(error instanceof IncompleteDownloadError)) throw error;
    }
    return null;
  }

  /** Every batch, newest first. Entries of a shape that we do not know are left out. */
  private async *list(signal: AbortSignal): AsyncGenerator<BatchWire> {
    for (let after = ''; ;) {
      const page = await this.api.get(pageWire, `${BATCHES}?limit=${PAGE}${after}`, signal);
      yield* page.data.flatMap((entry) => batchWire.safeParse(entry).data ?? []);
      if (!page.has_more || !page.last_id) return;
      after = `&after_id=${this.api.safe(page.last_id)}`;
    }
  }
}

/** The vendor's word for having no capacity: unlike other errors of a server it says that nothing was done. */
function isOverloaded(error: unknown): error is ProviderCallError {
  return error instanceof ProviderCallError && error.details.status === OVERLOADED;
}
