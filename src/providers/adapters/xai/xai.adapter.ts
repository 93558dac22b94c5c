import { type Clock, SystemClock } from '../../../common/clock';
import {
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
import type { AdapterDefinition } from '../../contract/definition';
import { ProviderCallError } from '../../contract/errors';
import { refusedByTraits } from '../../translation/traits';
import { toLine } from '../../upstream/openai-line';
import { uploadForm, uploadName } from '../../upstream/upload-form';
import { UpstreamApi } from '../../upstream/upstream-api';
import { countsOf, countTheSame, mayTurn, toRemoteBatch } from './from-batch';
import { BATCH_CANCELLED, toOutcome } from './from-row';
import { readList } from './lists';
import { readRefusal } from './read-refusal';
import { readPages } from './result-pages';
import {
  batchesWire,
  batchWire,
  filesWire,
  fileWire,
  LIST_PAGE,
  requestsWire,
  requestWire,
  type BatchWire,
} from './xai.wire';

const BASE_URL = 'https://api.x.ai/v1';
/** Requests told of at a time, the most that the vendor gives. */
const REQUESTS_PAGE = 1000;
/** How long the vendor keeps an upload: it reads it at once, and this is for uploads that nobody came back to. */
const UPLOAD_EXPIRES_SECONDS = 7 * 86_400;
/** How far the vendor's clock may be behind ours when we look for an upload by its time. */
const CLOCK_MARGIN_MS = 10 * 60_000;
/** How long the counts of a cancelled batch must stay the same; they were seen to turn within 20 seconds. */
const SETTLING_MS = 30_000;

/**
 * 50,000 requests of 25 MB each, as documented by the vendor in November 2026. Of a batch's file its guide allows 200 MB, but its
 * reference of the upload 50 MB and its guide of files 48 MB: what all three allow is sent, in more parts.
 */
const CAPABILITIES: ProviderCapabilities = {
  endpoints: ['/v1/chat/completions'],
  extraWindows: [],
  maxItems: 50_000,
  maxBytes: 48_000_000,
  maxLineBytes: 25_000_000,
  minItems: 1,
  pollIntervalMs: 30_000,
  recovery: 'lookup',
  cancel: 'stops',
  notFoundGraceMs: 120_000,
};

export const XAI: AdapterDefinition = {
  id: 'xai',
  baseUrl: BASE_URL,
  capabilities: CAPABILITIES,
  unverified: false,
  notes: {
    cancel:
      'Stops what has not run; what ran is kept, and may be all of it. A batch of which anything ran ends `completed` there, and its items tell.',
    expiry:
      'No item has a window: the vendor promises no time, and a request may stay pending. It keeps batches for 30 days.',
    refused:
      'Nothing: bodies pass through, and the provider judges them. `/v1/responses` is not offered, since it is answered there in the shape of a chat completion.',
  },
  create: ({ apiKey, baseUrl = BASE_URL, timeoutMs, clock = new SystemClock() }) => {
    const headers = { authorization: `Bearer ${apiKey}` };
    return new XaiAdapter(new UpstreamApi({ provider: 'xai', baseUrl, headers, timeoutMs, readRefusal }), clock);
  },
};

/**
 * xAI's Files and Batches APIs. A batch is made of an upload and sealed by its create, so that an attempt has one create and its
 * upload fences it; its name carries the attempt's token.
 */
class XaiAdapter implements ProviderAdapter {
  readonly id = 'xai';
  readonly capabilities = CAPABILITIES;

  constructor(
    private readonly api: UpstreamApi,
    private readonly clock: Clock,
  ) {}

  /** Bodies go as they are: the vendor itself judges every field but those that the model is known not to take. */
  check({ body }: StoredItem, { traits }: TargetModel): readonly UnsupportedField[] {
    return refusedByTraits(body, traits);
  }

  encode(item: StoredItem, itemId: string, model: TargetModel): Buffer {
    return toLine(item, itemId, model.upstream);
  }

  async stage(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<string> {
    // No purpose, and every field before the file: the vendor refuses them behind it.
    const form = uploadForm({ expires_after: String(UPLOAD_EXPIRES_SECONDS) }, attempt, lines);
    const answer = await this.api.client.json({ method: 'POST', path: '/files', ...form, takesLong: true, signal });
    return this.api.parse(fileWire, answer).id;
  }

  async submit(attempt: Attempt, _lines: StagedLines, signal: AbortSignal): Promise<RemoteBatch> {
    // Without an input the vendor would make a batch that waits for requests.
    if (attempt.inputId === null) throw new ProviderCallError(this.id, 'rejected', 'The input was not uploaded');
    const body = { name: nameOf(attempt), input_file_id: attempt.inputId };
    return toRemoteBatch(await this.api.create(batchWire, '/batches', body, signal), false);
  }

  /** Reads the whole list: the vendor documents no order of it, and its times have no hour. */
  async find(attempt: Attempt, signal: AbortSignal): Promise<RemoteBatch | null> {
    for await (const entry of this.list(`/batches?limit=${LIST_PAGE}`, batchesWire, signal)) {
      const batch = batchWire.safeParse(entry).data;
      if (batch?.name === nameOf(attempt)) return toRemoteBatch(batch, false);
    }
    return null;
  }

  async poll(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    const batch = await this.retrieve(remoteId, signal);
    return toRemoteBatch(batch, mayTurn(batch) && (await this.isSettled(batch, signal)));
  }

  async *results(remoteId: string, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    const { cancelled } = countsOf(await this.retrieve(remoteId, signal));
    const path = `/batches/${this.api.safe(remoteId)}/results`;
    const rows = cancelled > 0 ? new Set<string>() : null;
    for await (const row of readPages((query) => this.api.client.download(path + query, signal))) {
      const outcome = toOutcome(row);
      if (!outcome) continue;
      rows?.add(outcome.itemId);
      yield outcome;
    }
    if (rows) yield* this.cancelledWithout(rows, remoteId, signal);
  }

  async cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.api.stop(`/batches/${this.api.safe(remoteId)}:cancel`, signal);
  }

  async withdraw(attempt: Attempt, signal: AbortSignal): Promise<void> {
    const staged = attempt.inputId ?? (await this.findUpload(attempt, signal));
    if (staged !== null) await this.api.remove(`/files/${this.api.safe(staged)}`, signal);
  }

  /** The input; the batch itself cannot be removed, and goes after 30 days. */
  async cleanup(attempt: Attempt, _remoteId: string, signal: AbortSignal): Promise<void> {
    await this.withdraw(attempt, signal);
  }

  private retrieve(remoteId: string, signal: AbortSignal): Promise<BatchWire> {
    return this.api.get(batchWire, `/batches/${this.api.safe(remoteId)}`, signal);
  }

  /**
   * Whether the counts of a batch that looks cancelled have come to rest. The vendor tells only the day of a cancel, so it is the
   * same counts in a second read, a while later, that tell.
   */
  private async isSettled(batch: BatchWire, signal: AbortSignal): Promise<boolean> {
    await this.clock.sleep(SETTLING_MS, signal);
    signal.throwIfAborted();
    return countTheSame(batch, await this.retrieve(batch.batch_id, signal));
  }

  /** The requests that were cancelled and have no row: whether each has one, the vendor leaves open. */
  private async *cancelledWithout(
    rows: ReadonlySet<string>,
    remoteId: string,
    signal: AbortSignal,
  ): AsyncGenerator<ItemOutcome> {
    const path = `/batches/${this.api.safe(remoteId)}/requests?limit=${REQUESTS_PAGE}`;
    for await (const entry of this.list(path, requestsWire, signal)) {
      const { batch_request_id: itemId, state } = requestWire.safeParse(entry).data ?? {};
      if (itemId === undefined || state?.toLowerCase() !== 'cancelled' || rows.has(itemId)) continue;
      yield { itemId, response: null, error: BATCH_CANCELLED };
    }
  }

  /** The id of the upload whose answer was lost. */
  private async findUpload(attempt: Attempt, signal: AbortSignal): Promise<string | null> {
    const oldest = (attempt.begunAt - CLOCK_MARGIN_MS) / 1000;
    const path = `/files?order=desc&sort_by=created_at&limit=${LIST_PAGE}`;
    for await (const entry of this.list(path, filesWire, signal)) {
      const file = fileWire.safeParse(entry).data;
      if (file?.filename === uploadName(attempt)) return file.id;
      if (typeof file?.created_at === 'number' && file.created_at < oldest) return null;
    }
    return null;
  }

  private list(path: string, wire: Parameters<typeof readList>[3], signal: AbortSignal): AsyncGenerator<unknown> {
    return readList(this.api, this.id, path, wire, signal);
  }
}

/** By this name a batch is found whose create had no answer. */
function nameOf(attempt: Attempt): string {
  return `meshbatch-${attempt.token}`;
}
