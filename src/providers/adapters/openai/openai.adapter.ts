import { PassThrough, pipeline, type Readable } from 'node:stream';
import FormData from 'form-data';
import type { z } from 'zod';
import { MAX_LINE_BYTES } from '../../../common/jsonl/limits';
import { readLines } from '../../../common/jsonl/read-lines';
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
import type { ProviderCredentials } from '../../providers.module-definition';
import { UpstreamClient } from '../../upstream/upstream-client';
import { toLine, toOutcome, toRemoteBatch, unreadable } from './openai.mapper';
import { batchWire, fileWire, pageWire, type BatchWire, type FileWire } from './openai.wire';

const BASE_URL = 'https://api.openai.com/v1';
const PAGE = 100;
/** How far the vendor's clock may be behind ours when we look for a batch by its time. */
const CLOCK_MARGIN_MS = 10 * 60_000;
const SAFE_ID = /^[A-Za-z0-9_-]{1,128}$/;

/** Limits as documented by the vendor in November 2026: 50,000 requests and 200 MB a file. */
const CAPABILITIES: ProviderCapabilities = {
  endpoints: ['/v1/chat/completions', '/v1/responses', '/v1/embeddings', '/v1/completions'],
  extraWindows: [],
  maxItems: 50_000,
  maxBytes: 200_000_000,
  maxLineBytes: 200_000_000,
  minItems: 1,
  pollIntervalMs: 15_000,
  recovery: 'lookup',
  notFoundGraceMs: 120_000,
};

export function createOpenAiAdapter({ apiKey, baseUrl }: ProviderCredentials, timeoutMs?: number): ProviderAdapter {
  const headers = { authorization: `Bearer ${apiKey}` };
  return new OpenAiAdapter(
    new UpstreamClient({ provider: 'openai', baseUrl: baseUrl ?? BASE_URL, headers, timeoutMs }),
  );
}

/** OpenAI's Files and Batches APIs. */
class OpenAiAdapter implements ProviderAdapter {
  readonly id = 'openai';
  readonly capabilities = CAPABILITIES;

  constructor(private readonly client: UpstreamClient) {}

  /** Bodies go as they are: the vendor itself judges every field. */
  check(): readonly UnsupportedField[] {
    return [];
  }

  encode(item: StoredItem, itemId: string, model: TargetModel): Buffer {
    return toLine(item, itemId, model.upstream);
  }

  async stage(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<string> {
    const form = new FormData();
    form.append('purpose', 'batch');
    form.append('file', lines.open(), {
      filename: uploadName(attempt),
      contentType: 'application/jsonl',
      knownLength: lines.bytes,
    });
    const headers = {
      ...(form.getHeaders() as Record<string, string>),
      'content-length': String(form.getLengthSync()),
    };
    const answer = await this.client.json({ method: 'POST', path: '/files', headers, body: asStream(form), signal });
    return this.parse(fileWire, answer).id;
  }

  async submit(attempt: Attempt, _lines: StagedLines, signal: AbortSignal): Promise<RemoteBatch> {
    const body = {
      input_file_id: attempt.inputId,
      endpoint: attempt.endpoint,
      completion_window: attempt.completionWindow,
      metadata: { meshbatch_attempt: attempt.token, meshbatch_part: attempt.partId },
    };
    return toRemoteBatch(this.parse(batchWire, await this.client.postJson('/batches', body, signal)));
  }

  async find(attempt: Attempt, signal: AbortSignal): Promise<RemoteBatch | null> {
    const isOurs = (batch: BatchWire) =>
      batch.input_file_id === attempt.inputId || batch.metadata?.meshbatch_attempt === attempt.token;
    const found = await this.findListed('/batches?', batchWire, attempt, isOurs, signal);
    return found && toRemoteBatch(found);
  }

  async poll(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    return toRemoteBatch(await this.retrieve(remoteId, signal));
  }

  async *results(remoteId: string, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    // A fresh read: the ids of the files may come later than the status.
    const batch = await this.retrieve(remoteId, signal);
    for (const fileId of [batch.output_file_id, batch.error_file_id]) {
      if (fileId) yield* this.rows(fileId, signal);
    }
  }

  async cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.client.postJson(`/batches/${safe(remoteId)}/cancel`, {}, signal).catch((error: unknown) => {
      // Refused because the batch has ended: the next poll tells how.
      if (!(error instanceof ProviderCallError && error.failure === 'rejected')) throw error;
    });
  }

  async withdraw(attempt: Attempt, signal: AbortSignal): Promise<void> {
    const staged = attempt.inputId ?? (await this.findUpload(attempt, signal));
    if (staged) await this.deleteFile(staged, signal);
  }

  async cleanup(attempt: Attempt, remoteId: string, signal: AbortSignal): Promise<void> {
    const batch = await this.retrieve(remoteId, signal);
    for (const fileId of [attempt.inputId, batch.output_file_id, batch.error_file_id]) {
      if (fileId) await this.deleteFile(fileId, signal);
    }
  }

  private async retrieve(remoteId: string, signal: AbortSignal): Promise<BatchWire> {
    return this.parse(batchWire, await this.client.getJson(`/batches/${safe(remoteId)}`, signal));
  }

  private async *rows(fileId: string, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    const source = this.client.download(`/files/${safe(fileId)}/content`, signal);
    let whole = false;
    const onEnd = ({ endedWithNewline }: { endedWithNewline: boolean }) => (whole = endedWithNewline);
    let last: Buffer | null = null;
    for await (const line of readLines(source, { maxLineBytes: MAX_LINE_BYTES, onEnd })) {
      if (last) yield toOutcome(last) ?? unreadable(last);
      last = line;
    }
    const outcome = last && toOutcome(last);
    if (outcome) yield outcome;
    // Without its newline the last line may be half a row.
    else if (last && !whole) throw new IncompleteDownloadError('The download ends in the middle of a row');
    else if (last) yield unreadable(last);
  }

  private async findUpload(attempt: Attempt, signal: AbortSignal): Promise<string | null> {
    const isOurs = (file: FileWire) => file.filename === uploadName(attempt);
    return (await this.findListed('/files?purpose=batch&', fileWire, attempt, isOurs, signal))?.id ?? null;
  }

  private async deleteFile(id: string, signal: AbortSignal): Promise<void> {
    await this.client.json({ method: 'DELETE', path: `/files/${safe(id)}`, signal }).catch((error: unknown) => {
      if (!(error instanceof ProviderCallError && error.failure === 'not_found')) throw error;
    });
  }

  /** Looks through a list, newest first, as far back as the attempt began. Entries of other software may have any shape. */
  private async findListed<T extends { created_at?: number | null | undefined }>(
    path: string,
    wire: z.ZodType<T>,
    attempt: Attempt,
    isOurs: (entry: T) => boolean,
    signal: AbortSignal,
  ): Promise<T | null> {
    const oldest = (attempt.begunAt - CLOCK_MARGIN_MS) / 1000;
    for (let after = ''; ;) {
      const page = this.parse(pageWire, await this.client.getJson(`${path}limit=${PAGE}${after}`, signal));
      const entries = page.data.flatMap((entry) => wire.safeParse(entry).data ?? []);
      const ours = entries.find(isOurs);
      if (ours) return ours;
      const last = page.data.at(-1);
      if (!page.has_more || !last || entries.some((entry) => (entry.created_at ?? Infinity) < oldest)) return null;
      after = `&after=${safe(last.id)}`;
    }
  }

  private parse<T>(wire: z.ZodType<T>, answer: unknown): T {
    const parsed = wire.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new ProviderCallError(
      this.id,
      'ambiguous',
      'The provider answered in a shape that we do not know',
      {},
      {
        cause: parsed.error,
      },
    );
  }
}

function uploadName(attempt: Attempt): string {
  return `meshbatch-${attempt.token}.jsonl`;
}

/** An id from upstream goes into a path only when it can mean nothing else there. */
function safe(id: string): string {
  if (!SAFE_ID.test(id)) throw new ProviderCallError('openai', 'rejected', 'The provider gave an id of unknown form');
  return id;
}

/** `form-data` makes an old-style stream; the client wants a Readable. */
function asStream(form: FormData): Readable {
  const stream = new PassThrough();
  pipeline(form, stream, () => undefined); // an error of the form destroys the stream, which the request reports
  return stream;
}
