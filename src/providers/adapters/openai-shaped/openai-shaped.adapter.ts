import { type Clock, SystemClock } from '../../../common/clock';
import {
  type Attempt,
  IncompleteDownloadError,
  type ItemOutcome,
  type ProviderAdapter,
  type ProviderCapabilities,
  type RemoteBatch,
  type StagedLines,
  type StoredItem,
  type TargetModel,
  type UnsupportedField,
} from '../../contract/adapter';
import type { AdapterDefinition, ProviderNotes } from '../../contract/definition';
import { ProviderCallError } from '../../contract/errors';
import { refusedByTraits } from '../../translation/traits';
import { awaitInput } from '../../upstream/await-input';
import { toLine } from '../../upstream/openai-line';
import { toOutcome } from '../../upstream/openai-row';
import { readOutcomes } from '../../upstream/read-outcomes';
import { uploadForm, uploadName } from '../../upstream/upload-form';
import { UpstreamApi } from '../../upstream/upstream-api';
import { ListReader, unwrap } from './list-reader';
import { refusedIn, toRemoteBatch, toSeconds } from './openai-shaped.mapper';
import { batchWire, fileWire, type BatchWire, type FileWire } from './openai-shaped.wire';
import { capabilitiesOf, type OpenAiProfile, type UploadProfile } from './profile';
import { readRefusal } from './read-refusal';

/** How far the vendor's clock may be behind ours when we look for a batch by its time. */
const CLOCK_MARGIN_MS = 10 * 60_000;
/** How long after its end a batch's output may be to come; nobody has seen it take an hour. */
const OUTPUT_LATE_MS = 60 * 60_000;

/** The provider that a profile describes. */
export function defineOpenAiShaped(profile: OpenAiProfile): AdapterDefinition {
  const { id, baseUrl, unverified, auth } = profile;
  const capabilities = capabilitiesOf(profile);
  return {
    ...{ id, baseUrl, unverified, capabilities },
    notes: notesOf(profile),
    create: ({ apiKey, baseUrl: given, timeoutMs, clock = new SystemClock() }) => {
      const base = given ?? baseUrl;
      if (base === null) throw new Error(`The provider ${id} needs a base URL beside its key`);
      const headers = { ...profile.headers, [auth.header]: auth.scheme === null ? apiKey : `${auth.scheme} ${apiKey}` };
      const api = new UpstreamApi({ provider: id, baseUrl: base, headers, timeoutMs, readRefusal });
      return new OpenAiShapedAdapter(profile, api, clock);
    },
  };
}

/** OpenAI's Files and Batches APIs, as its profile's vendor has them. */
class OpenAiShapedAdapter implements ProviderAdapter {
  readonly id: string;
  readonly capabilities: ProviderCapabilities;
  private readonly lists: ListReader;

  constructor(
    private readonly profile: OpenAiProfile,
    private readonly api: UpstreamApi,
    private readonly clock: Clock,
  ) {
    this.id = profile.id;
    this.capabilities = capabilitiesOf(profile);
    this.lists = new ListReader(profile, api);
  }

  /** Bodies go as they are: the vendor itself judges every field but those that it or the model is known not to take. */
  check(item: StoredItem, { traits }: TargetModel): readonly UnsupportedField[] {
    return [...refusedIn(item, this.profile.refusedFields), ...refusedByTraits(item.body, traits)];
  }

  encode(item: StoredItem, itemId: string, model: TargetModel): Buffer {
    return toLine(item, itemId, model.upstream, this.profile.endpoints[item.endpoint]?.line);
  }

  async stage(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<string> {
    const { upload } = this.profile;
    const form = uploadForm(fieldsOf(upload, attempt), attempt, lines);
    const answer = await this.api.client.json({ method: 'POST', path: upload.path, ...form, takesLong: true, signal });
    return this.api.parse(fileWire, unwrap(answer, upload.envelope)).id;
  }

  async submit(attempt: Attempt, _lines: StagedLines, signal: AbortSignal): Promise<RemoteBatch> {
    const { upload, create, endpoints } = this.profile;
    const { inputId } = attempt;
    if (upload.awaitProcessed && inputId !== null) {
      const waiter = { provider: this.id, clock: this.clock };
      await awaitInput(waiter, () => this.isProcessed(inputId, signal), signal);
    }
    const body = {
      input_file_id: inputId,
      endpoint: endpoints[attempt.endpoint]?.create ?? attempt.endpoint,
      completion_window: attempt.completionWindow,
      ...(create.metadata && {
        metadata: { meshbatch_attempt: attempt.token, meshbatch_part: attempt.partId },
      }),
    };
    const headers = {
      'content-type': 'application/json',
      ...(create.idempotencyHeader !== null && { [create.idempotencyHeader]: attempt.token }),
    };
    const call = { method: 'POST', path: '/batches', headers, body: JSON.stringify(body), takesLong: true } as const;
    const answer = await this.api.client.json({ ...call, signal });
    return this.toRemote(this.api.parse(batchWire, unwrap(answer, create.envelope)));
  }

  async find(attempt: Attempt, signal: AbortSignal): Promise<RemoteBatch | null> {
    const isOurs = ({ input_file_id: inputId, metadata }: BatchWire) =>
      (attempt.inputId !== null && inputId === attempt.inputId) || metadata?.['meshbatch_attempt'] === attempt.token;
    const search = { oldest: oldestOf(attempt), purpose: null, mustEnd: true };
    const found = await this.lists.findListed('/batches', batchWire, search, isOurs, signal);
    return found && this.toRemote(found);
  }

  async poll(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    return this.toRemote(await this.retrieve(remoteId, signal));
  }

  async *results(remoteId: string, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    // A fresh read: the ids of the files may come later than the status.
    const batch = await this.retrieve(remoteId, signal);
    let rows = 0;
    for (const fileId of [batch.output_file_id, batch.error_file_id]) {
      if (!fileId) continue;
      for await (const outcome of readOutcomes(this.content(fileId, signal), toOutcome)) {
        rows++;
        yield outcome;
      }
    }
    if (this.lacksOutput(batch, rows))
      throw new IncompleteDownloadError('The batch is completed, and its output is not there yet');
  }

  async cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.api.stop(`/batches/${this.api.safe(remoteId)}/cancel`, signal);
  }

  async withdraw(attempt: Attempt, signal: AbortSignal): Promise<void> {
    const staged = attempt.inputId ?? (await this.findUpload(attempt, signal));
    if (staged) await this.deleteFile(staged, signal);
  }

  async cleanup(attempt: Attempt, remoteId: string, signal: AbortSignal): Promise<void> {
    const batch = await this.api.ifThere(this.retrieve(remoteId, signal));
    for (const fileId of [attempt.inputId, batch?.output_file_id, batch?.error_file_id]) {
      if (fileId) await this.deleteFile(fileId, signal);
    }
  }

  /** Whether a file must be to come, whose id is late: a batch of which nothing succeeded has its errors alone. */
  private lacksOutput(batch: BatchWire, rows: number): boolean {
    const { state, counts } = this.toRemote(batch);
    if (state !== 'completed' || batch.output_file_id || this.endedLongAgo(batch)) return false;
    if (!batch.error_file_id) return true;
    // An error file of no bytes, which some vendors always write, tells as little as none.
    return rows === 0 || (counts !== null && counts.succeeded > 0 && rows < counts.succeeded + counts.failed);
  }

  /** Where the vendor does not tell when, too. */
  private endedLongAgo({ completed_at }: BatchWire): boolean {
    return this.clock.now() - (toSeconds(completed_at) ?? 0) * 1000 > OUTPUT_LATE_MS;
  }

  /** Whether a create may name the upload; one that came to nothing never will be. */
  private async isProcessed(fileId: string, signal: AbortSignal): Promise<boolean> {
    const file = await this.api.get(fileWire, `/files/${this.api.safe(fileId)}`, signal);
    const status = file.status?.toLowerCase();
    if (status === 'error') throw new ProviderCallError(this.id, 'rejected', 'The provider could not read the input');
    return status === 'processed';
  }

  private async retrieve(remoteId: string, signal: AbortSignal): Promise<BatchWire> {
    return this.api.get(batchWire, `/batches/${this.api.safe(remoteId)}`, signal);
  }

  private content(fileId: string, signal: AbortSignal): AsyncGenerator<Buffer> {
    const path = `/files/${this.api.safe(fileId)}/content`;
    const { client } = this.api;
    return this.profile.contentRedirects ? client.downloadRedirected(path, signal) : client.download(path, signal);
  }

  private async findUpload(attempt: Attempt, signal: AbortSignal): Promise<string | null> {
    const isOurs = (file: FileWire) => file.filename === uploadName(attempt);
    // One that is not found has no create on its way either, since no create could name it.
    const search = { oldest: oldestOf(attempt), purpose: this.profile.upload.purpose, mustEnd: false };
    return (await this.lists.findListed('/files', fileWire, search, isOurs, signal))?.id ?? null;
  }

  private async deleteFile(id: string, signal: AbortSignal): Promise<void> {
    await this.api.remove(`/files/${this.api.safe(id)}`, signal);
  }

  private toRemote(wire: BatchWire): RemoteBatch {
    return toRemoteBatch(wire, this.profile);
  }
}

/** Nothing of the attempt at the provider is older, in seconds since the epoch. */
function oldestOf(attempt: Attempt): number {
  return (attempt.begunAt - CLOCK_MARGIN_MS) / 1000;
}

function notesOf({ notes, refusedFields }: OpenAiProfile): ProviderNotes {
  if (refusedFields.length === 0) return notes;
  const fields = refusedFields.map((field) => `\`${field}\``).join(', ');
  return { ...notes, refused: `${fields}. Everything else passes through, and the provider judges it.` };
}

/** The fields of an upload's form. */
function fieldsOf(upload: UploadProfile, attempt: Attempt): Record<string, string> {
  return {
    purpose: upload.purpose,
    ...(upload.nameField !== null && { [upload.nameField]: uploadName(attempt) }),
    ...(upload.expiresAfterSeconds !== null && {
      'expires_after[anchor]': 'created_at',
      'expires_after[seconds]': String(upload.expiresAfterSeconds),
    }),
  };
}
