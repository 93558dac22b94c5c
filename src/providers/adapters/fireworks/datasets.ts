import type { Clock } from '../../../common/clock';
import type { Attempt, ItemOutcome, StagedLines } from '../../contract/adapter';
import { ProviderCallError } from '../../contract/errors';
import { awaitInput } from '../../upstream/await-input';
import { readOutcomes } from '../../upstream/read-outcomes';
import { uploadForm } from '../../upstream/upload-form';
import type { UpstreamApi } from '../../upstream/upstream-api';
import { datasetWire, downloadWire } from './fireworks.wire';
import { toOutcome } from './from-row';

const CONFLICT = 409;

/** The datasets of an account: what a job reads, and what it writes. */
export class FireworksDatasets {
  constructor(
    private readonly api: UpstreamApi,
    private readonly clock: Clock,
    private readonly provider: string,
  ) {}

  /** Makes a dataset of the attempt's lines. What it made is removed when the upload was certainly not taken. */
  async upload(id: string, attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<void> {
    await this.create(id, attempt.itemCount, signal);
    try {
      const path = `${this.path(id)}:upload`;
      const form = uploadForm({}, attempt, lines);
      await this.api.client.json({ method: 'POST', path, ...form, takesLong: true, signal });
    } catch (error) {
      if (error instanceof ProviderCallError && error.certainlyNotDone) await this.removeQuietly(id, signal);
      throw error;
    }
  }

  /** Resolves when a job can be made of the dataset. */
  async awaitReady(id: string, signal: AbortSignal): Promise<void> {
    const isReady = async () => (await this.api.get(datasetWire, this.path(id), signal)).state === 'READY';
    await awaitInput({ provider: this.provider, clock: this.clock }, isReady, signal);
  }

  /** The outcomes in all files of a dataset: the results and, beside them, the errors. A `not_found` is of the dataset. */
  async *outcomes(id: string, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    for (const read = new Set<string>(); ;) {
      // Asked for anew before each file: reading the one before may have taken longer than a link lives.
      const { filenameToSignedUrls: links } = await this.api.get(
        downloadWire,
        `${this.path(id)}:getDownloadEndpoint`,
        signal,
      );
      const next = Object.entries(links ?? {}).find(([file]) => !read.has(file));
      if (!next) return;
      const [file, url] = next;
      read.add(file);
      yield* readOutcomes(this.download(url, signal), toOutcome);
    }
  }

  /** Removes the dataset if it is there. */
  async remove(id: string, signal: AbortSignal): Promise<void> {
    await this.api.remove(this.path(id), signal);
  }

  /** `exampleCount` is required, whatever the reference says, and not checked against the upload. */
  private async create(datasetId: string, lines: number, signal: AbortSignal): Promise<void> {
    const body = { datasetId, dataset: { userUploaded: {}, exampleCount: String(lines) } };
    try {
      await this.api.client.postJson('/datasets', body, signal);
    } catch (error) {
      if (!isConflict(error)) throw error;
      // No other attempt has this name: the call came twice, and what the first one left is withdrawn with the attempt.
      throw new ProviderCallError(this.provider, 'ambiguous', error.message, error.details, { cause: error });
    }
  }

  /** A refusal here is the link's, not the key's or the dataset's: with a fresh link it may go. */
  private async *download(url: string, signal: AbortSignal): AsyncGenerator<Buffer> {
    try {
      yield* this.api.client.downloadElsewhere(url, signal);
    } catch (error) {
      if (!(error instanceof ProviderCallError) || error.details.status === undefined) throw error;
      const message = 'A link of the provider to its results did not work';
      throw new ProviderCallError(this.provider, 'ambiguous', message, error.details, { cause: error });
    }
  }

  /** What called for it is told in its place. */
  private async removeQuietly(id: string, signal: AbortSignal): Promise<void> {
    await this.remove(id, signal).catch((error: unknown) => {
      if (!(error instanceof ProviderCallError)) throw error;
    });
  }

  private path(id: string): string {
    return `/datasets/${this.api.safe(id)}`;
  }
}

/** The vendor has something of that name. */
export function isConflict(error: unknown): error is ProviderCallError {
  return error instanceof ProviderCallError && error.details.status === CONFLICT;
}
