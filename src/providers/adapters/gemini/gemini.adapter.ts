import { SystemClock, type Clock } from '../../../common/clock';
import type {
  Attempt,
  ItemOutcome,
  ProviderAdapter,
  ProviderCapabilities,
  RemoteBatch,
  StagedLines,
  StoredItem,
  TargetModel,
  UnsupportedField,
} from '../../contract/adapter';
import type { AdapterDefinition, AdapterSettings } from '../../contract/definition';
import { awaitInput } from '../../upstream/await-input';
import { UpstreamApi } from '../../upstream/upstream-api';
import { BatchStore } from './batch-store';
import { displayName, fileBody, inlineBody } from './create-body';
import { Endpoints } from './endpoints';
import { FileStore } from './file-store';
import { toRemoteBatch } from './from-operation';
import { operationWire } from './gemini.wire';
import { readRefusal } from './read-refusal';
import { check, toLine } from './to-line';

const ID = 'gemini';
const BASE_URL = 'https://generativelanguage.googleapis.com/v1beta';

/** Up to where a create carries the requests itself; the vendor takes 20 MB, the rest of the body included. */
export interface InlineLimits {
  readonly bytes: number;
  readonly items: number;
}
const INLINE: InlineLimits = { bytes: 15_000_000, items: 1000 };

/** Limits as documented by the vendor in November 2026: files of 2 GB, 100 batches at once. It names no number of requests and no length of one. */
const CAPABILITIES: ProviderCapabilities = {
  endpoints: ['/v1/chat/completions', '/v1/embeddings'],
  translated: ['/v1/chat/completions', '/v1/embeddings'],
  extraWindows: [],
  maxItems: 100_000,
  maxBytes: 2_000_000_000,
  maxLineBytes: 2_000_000_000,
  minItems: 1,
  maxConcurrentJobs: 100,
  pollIntervalMs: 30_000,
  recovery: 'lookup',
  cancel: 'discards',
  notFoundGraceMs: 120_000,
};

export const GEMINI: AdapterDefinition = {
  id: ID,
  baseUrl: BASE_URL,
  capabilities: CAPABILITIES,
  unverified: false,
  notes: {
    cancel:
      'Stops a batch of which nothing ran. Of one that is stopped later the vendor gives no results, not even of what ran: that one is waited for, up to a day and an hour after the deadline.',
    expiry: 'After 48 hours there, with no results at all; a batch is meant to end within 24 hours.',
    refused:
      'Chat completions and embeddings are translated; what has no equal is refused by name, as are `n` above 1 and images by URL. `metadata`, `user`, `safety_identifier`, `service_tier`, `prompt_cache_key`, `store: false` and names of files are left out; thought signatures travel in `extra_content.google.thought_signature`.',
  },
  create: (settings) => createGemini(settings, INLINE),
};

/** The adapter, with other limits for what a create carries. */
export function createGemini(settings: AdapterSettings, inline: InlineLimits): ProviderAdapter {
  const { apiKey, baseUrl = BASE_URL, timeoutMs, clock = new SystemClock() } = settings;
  const endpoints = new Endpoints(baseUrl);
  const headers = { 'x-goog-api-key': apiKey };
  const api = new UpstreamApi({ provider: ID, baseUrl: endpoints.root, headers, timeoutMs, readRefusal });
  return new GeminiAdapter(api, endpoints, clock, inline);
}

/** The Gemini API's batches: a small one carries its requests, a larger one names a file of them. */
class GeminiAdapter implements ProviderAdapter {
  readonly id = ID;
  readonly capabilities = CAPABILITIES;
  private readonly files: FileStore;
  private readonly batches: BatchStore;

  constructor(
    private readonly api: UpstreamApi,
    private readonly endpoints: Endpoints,
    private readonly clock: Clock,
    private readonly inline: InlineLimits,
  ) {
    this.files = new FileStore(ID, api, endpoints);
    this.batches = new BatchStore({ provider: ID, api, endpoints, clock });
  }

  check(item: StoredItem, model: TargetModel): readonly UnsupportedField[] {
    return check(item, model);
  }

  encode(item: StoredItem, itemId: string, model: TargetModel): Buffer {
    return toLine(item, itemId, model);
  }

  async stage(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<string | null> {
    const { bytes, items } = this.inline;
    if (lines.bytes < bytes && attempt.itemCount <= items) return null;
    return this.files.upload(attempt, lines, signal);
  }

  async submit(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<RemoteBatch> {
    const { inputId } = attempt;
    if (inputId !== null) {
      await awaitInput({ provider: ID, clock: this.clock }, () => this.files.isActive(inputId, signal), signal);
    }
    const { length, body } = inputId === null ? inlineBody(attempt, lines) : fileBody(attempt, inputId);
    const headers = { 'content-type': 'application/json', 'content-length': String(length) };
    const path = this.endpoints.create(attempt);
    const answer = await this.api.client.json({ method: 'POST', path, headers, body, takesLong: true, signal });
    return toRemoteBatch(this.api.parse(operationWire, answer));
  }

  async find(attempt: Attempt, signal: AbortSignal): Promise<RemoteBatch | null> {
    const found = await this.batches.find(displayName(attempt), signal);
    return found && toRemoteBatch(found);
  }

  async poll(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    return toRemoteBatch(await this.batches.retrieve(remoteId, signal));
  }

  results(remoteId: string, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    return this.batches.outcomes(remoteId, signal);
  }

  async cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.api.stop(`${this.endpoints.batch(this.api.safe(remoteId))}:cancel`, signal);
  }

  /** A create that carries its requests cannot be held up; whether this one does is not known when nothing was noted. */
  async withdraw(attempt: Attempt, signal: AbortSignal): Promise<void> {
    const uploads = attempt.inputId === null ? await this.files.findUploads(attempt, signal) : [attempt.inputId];
    for (const id of uploads) await this.files.remove(id, signal);
  }

  /** The output goes with the batch. */
  async cleanup({ inputId }: Attempt, remoteId: string, signal: AbortSignal): Promise<void> {
    await this.api.remove(this.endpoints.batch(this.api.safe(remoteId)), signal);
    if (inputId !== null) await this.files.remove(inputId, signal);
  }
}
