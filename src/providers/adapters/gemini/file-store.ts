import type { Attempt, StagedLines } from '../../contract/adapter';
import { ProviderCallError } from '../../contract/errors';
import type { UpstreamApi } from '../../upstream/upstream-api';
import { displayName } from './create-body';
import type { Endpoints } from './endpoints';
import { idOf } from './from-operation';
import { filesWire, fileWire, uploadWire, type FilesWire } from './gemini.wire';

const PAGE = 100;
const JSONL = 'application/jsonl';

/** The vendor's Files API. Files vanish after 48 hours by themselves. */
export class FileStore {
  constructor(
    private readonly provider: string,
    private readonly api: UpstreamApi,
    private readonly endpoints: Endpoints,
  ) {}

  /**
   * Uploads the lines under the attempt's name, by the resumable protocol in one piece, and resolves to the file's id. Source:
   * ai.google.dev/api/files, and `uploadBlob` of the `@google/genai` package.
   */
  async upload(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<string> {
    const url = await this.begin(attempt, lines, signal);
    const headers = {
      'content-length': String(lines.bytes),
      'x-goog-upload-offset': '0',
      'x-goog-upload-command': 'upload, finalize',
    };
    const call = { method: 'POST', path: url, headers, body: lines.open(), takesLong: true, signal } as const;
    const { file } = this.api.parse(uploadWire, await this.api.client.jsonElsewhere(call));
    return this.api.safe(idOf(file.name));
  }

  /** Whether a create may name the file. */
  async isActive(id: string, signal: AbortSignal): Promise<boolean> {
    const { state } = await this.api.get(fileWire, this.endpoints.file(this.api.safe(id)), signal);
    if (state !== 'FAILED') return state === 'ACTIVE';
    throw new ProviderCallError(this.provider, 'rejected', 'The provider could not read the input', { code: state });
  }

  /** Safe to repeat. */
  async remove(id: string, signal: AbortSignal): Promise<void> {
    await this.api.remove(this.endpoints.file(this.api.safe(id)), signal);
  }

  /** The ids of the attempt's uploads: more than one where the answer of an earlier one was lost. */
  async findUploads(attempt: Attempt, signal: AbortSignal): Promise<string[]> {
    const found: string[] = [];
    let pageToken: string | null = null;
    do {
      const page: FilesWire = await this.api.get(filesWire, this.endpoints.list('files', PAGE, pageToken), signal);
      const files = (page.files ?? []).flatMap((file) => fileWire.safeParse(file).data ?? []);
      const ours = files.filter((file) => file.displayName === displayName(attempt));
      found.push(...ours.map(({ name }) => idOf(name)));
      pageToken = page.nextPageToken || null;
    } while (pageToken);
    return found;
  }

  /** Resolves to the URL that the bytes go to, which stands for the key. */
  private async begin(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<string> {
    const headers = {
      'content-type': 'application/json',
      'x-goog-upload-protocol': 'resumable',
      'x-goog-upload-command': 'start',
      'x-goog-upload-header-content-length': String(lines.bytes),
      'x-goog-upload-header-content-type': JSONL,
    };
    const body = JSON.stringify({ file: { displayName: displayName(attempt) } });
    const call = { method: 'POST', path: this.endpoints.upload, headers, body, signal } as const;
    const { 'x-goog-upload-url': url } = await this.api.client.headersOf(call);
    if (typeof url === 'string') return url;
    throw new ProviderCallError(this.provider, 'ambiguous', 'The provider named no place for the upload');
  }
}
