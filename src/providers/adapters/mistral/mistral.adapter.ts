import type { z } from 'zod';
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
import type { AdapterDefinition } from '../../contract/definition';
import { ProviderCallError } from '../../contract/errors';
import { refusedByTraits } from '../../translation/traits';
import { readOutcomes } from '../../upstream/read-outcomes';
import { uploadForm, uploadName } from '../../upstream/upload-form';
import { UpstreamApi } from '../../upstream/upstream-api';
import { checkItem } from './check-item';
import { toRemoteBatch } from './from-job';
import { toOutcome } from './from-row';
import { fileWire, jobWire, pageWire, type JobWire } from './mistral.wire';
import { readMistralRefusal } from './reason';
import { timeoutHours } from './timeout-hours';
import { toLine } from './to-line';

const BASE_URL = 'https://api.mistral.ai/v1';
const FILES = '/files';
const JOBS = '/batch/jobs';
const PAGE = 100;
/** How far the vendor's clock may be behind ours when we look for a job by its time. */
const CLOCK_MARGIN_MS = 10 * 60_000;

/**
 * Limits as documented by the vendor in November 2026: a million requests, 512 MB a file, and a timeout of 1 to 168 hours.
 * The million counts whatever is pending in the workspace; what the vendor answers beyond it is not known.
 */
const CAPABILITIES: ProviderCapabilities = {
  endpoints: ['/v1/chat/completions', '/v1/embeddings'],
  extraWindows: [
    ...['1h', '2h', '3h', '4h', '6h', '8h', '12h', '36h', '48h', '72h', '96h', '120h', '144h', '168h'],
    ...['1d', '2d', '3d', '4d', '5d', '6d', '7d'],
  ],
  maxItems: 1_000_000,
  maxBytes: 512_000_000,
  maxLineBytes: 512_000_000,
  minItems: 1,
  pollIntervalMs: 30_000,
  recovery: 'lookup',
  cancel: 'stops',
  notFoundGraceMs: 120_000,
};

export const MISTRAL: AdapterDefinition = {
  id: 'mistral',
  baseUrl: BASE_URL,
  capabilities: CAPABILITIES,
  unverified: false,
  notes: {
    cancel: 'Stops what has not run; what ran is kept, and that may be everything.',
    expiry:
      'At the end of the window the job stops; items that did not run carry `batch_expired`, and what ran is kept.',
    refused:
      'What the API does not know is refused by name, the role `developer` too; `max_completion_tokens`, `seed` and `dimensions` are sent under its names for them. `user`, `safety_identifier`, `store: false`, `logprobs: false` and fields that are null are left out.',
  },
  create: ({ apiKey, baseUrl = BASE_URL, timeoutMs }) => {
    const headers = { authorization: `Bearer ${apiKey}` };
    const options = { provider: 'mistral', baseUrl, headers, timeoutMs, readRefusal: readMistralRefusal };
    return new MistralAdapter(new UpstreamApi(options));
  },
};

/** Mistral's Files and Batch APIs. The input is always a file, the job has the model, and its metadata names the attempt. */
class MistralAdapter implements ProviderAdapter {
  readonly id = 'mistral';
  readonly capabilities = CAPABILITIES;

  constructor(private readonly api: UpstreamApi) {}

  check(item: StoredItem, { traits }: TargetModel): readonly UnsupportedField[] {
    return [...checkItem(item), ...refusedByTraits(item.body, traits)];
  }

  encode(item: StoredItem, itemId: string): Buffer {
    return toLine(item, itemId);
  }

  /** The vendor checks every line of the upload: one of a wrong form refuses all, and its answer names the line. */
  async stage(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<string> {
    const form = uploadForm({ purpose: 'batch' }, attempt, lines);
    const call = { method: 'POST', path: FILES, ...form, takesLong: true, signal } as const;
    return this.api.parse(fileWire, await this.api.client.json(call)).id;
  }

  async submit(attempt: Attempt, _lines: StagedLines, signal: AbortSignal): Promise<RemoteBatch> {
    const body = {
      input_files: [attempt.inputId],
      endpoint: attempt.endpoint,
      model: attempt.model,
      metadata: { meshbatch_attempt: attempt.token, meshbatch_part: attempt.partId },
      timeout_hours: timeoutHours(attempt.completionWindow),
    };
    return toRemoteBatch(await this.api.create(jobWire, JOBS, body, signal));
  }

  /** The list can be asked for metadata, but how that is written in a query is not documented: we compare it ourselves. */
  async find(attempt: Attempt, signal: AbortSignal): Promise<RemoteBatch | null> {
    const oldest = new Date(attempt.begunAt - CLOCK_MARGIN_MS).toISOString();
    const query = `order_by=-created&created_after=${encodeURIComponent(oldest)}`;
    for await (const job of this.list(jobWire, `${JOBS}?${query}`, signal)) {
      if (isOf(attempt, job)) return toRemoteBatch(job);
    }
    return null;
  }

  async poll(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    return toRemoteBatch(await this.retrieve(remoteId, signal));
  }

  /** Both files of a job in any state: one that was cancelled may hold everything. */
  async *results(remoteId: string, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    const { output_file: output, error_file: error } = await this.retrieve(remoteId, signal);
    for (const fileId of [output, error]) {
      if (!fileId) continue;
      const path = `${FILES}/${this.api.safe(fileId)}/content`;
      yield* readOutcomes(this.api.client.download(path, signal), toOutcome);
    }
  }

  async cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.api.stop(`${JOBS}/${this.api.safe(remoteId)}/cancel`, signal);
  }

  async withdraw(attempt: Attempt, signal: AbortSignal): Promise<void> {
    const staged = attempt.inputId === null ? await this.findUploads(attempt, signal) : [attempt.inputId];
    for (const fileId of staged) await this.removeFile(fileId, signal);
  }

  /** Nothing expires there. The job goes last, since it is what names the files. */
  async cleanup(attempt: Attempt, remoteId: string, signal: AbortSignal): Promise<void> {
    const job = await this.api.ifThere(this.retrieve(remoteId, signal));
    for (const fileId of [attempt.inputId, job?.output_file, job?.error_file]) {
      if (fileId) await this.removeFile(fileId, signal);
    }
    if (job) await this.api.remove(`${JOBS}/${this.api.safe(remoteId)}`, signal);
  }

  private async retrieve(remoteId: string, signal: AbortSignal): Promise<JobWire> {
    return this.api.get(jobWire, `${JOBS}/${this.api.safe(remoteId)}`, signal);
  }

  /** In which order files are listed is not documented, nor what their search compares: all inputs are looked at. */
  private async findUploads(attempt: Attempt, signal: AbortSignal): Promise<string[]> {
    const found: string[] = [];
    const query = 'purpose=batch&sample_type=batch_request';
    for await (const { id, filename } of this.list(fileWire, `${FILES}?${query}`, signal)) {
      if (filename === uploadName(attempt)) found.push(id);
    }
    return found;
  }

  private async removeFile(id: string, signal: AbortSignal): Promise<void> {
    await this.api.remove(`${FILES}/${this.api.safe(id)}`, signal);
  }

  /**
   * Every entry of a list whose pages count from 0. Entries of a shape that we do not know are left out. Throws a
   * {@link ProviderCallError} when a page comes again: what is not found then is not known to be missing.
   */
  private async *list<T>(wire: z.ZodType<T>, path: string, signal: AbortSignal): AsyncGenerator<T> {
    let seen = 0;
    let before: ReadonlySet<string> = new Set();
    for (let page = 0; ; page++) {
      const answer = await this.api.get(pageWire, `${path}&page=${page}&page_size=${PAGE}`, signal);
      const entries = answer.data ?? [];
      const keys = entries.map(keyOf);
      if (keys.length > 0 && keys.every((key) => before.has(key))) {
        throw new ProviderCallError(this.id, 'ambiguous', 'The provider’s list does not come to an end');
      }
      before = new Set(keys);
      yield* entries.flatMap((entry) => wire.safeParse(entry).data ?? []);
      seen += entries.length;
      // A total may be that of the page: only a page that is not full can be the last.
      const isAll = entries.length < PAGE && seen >= (answer.total ?? 0);
      if (entries.length === 0 || isAll) return;
    }
  }
}

/** What tells an entry of a list from the others. */
function keyOf(entry: unknown): string {
  const { id } = Object(entry) as { id?: unknown };
  return typeof id === 'string' ? id : JSON.stringify(entry);
}

function isOf({ inputId, token }: Attempt, { input_files: inputs, metadata }: JobWire): boolean {
  return (inputId !== null && inputs?.includes(inputId)) || metadata?.['meshbatch_attempt'] === token;
}
