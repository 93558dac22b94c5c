import type { IncomingHttpHeaders } from 'node:http';
import { newId } from '../kit/ids';
import { isObject, parseJson } from '../kit/json';
import { ok, type Answer, type ApiRequest } from '../kit/types';
import { ApiError, noFile } from './api-error';
import type { SimulatorOptions } from './types';

/** An uploaded file. */
export interface StoredFile {
  readonly id: string;
  readonly displayName: string;
  readonly mimeType: string;
  readonly createdAt: Date;
  readonly content: Buffer;
  /** How often it will still be shown as being processed. */
  looks: number;
}

interface Session {
  readonly displayName: string;
  readonly mimeType: string;
  readonly bytes: number;
}

export type UploadOptions = Required<Pick<SimulatorOptions, 'processingLooks' | 'maxFileBytes' | 'maxStoredBytes'>>;

/** The vendor's Files API, with its resumable uploads in one piece. */
export class Uploads {
  /** Oldest first, deleted ones left out. */
  files: StoredFile[] = [];
  private readonly sessions = new Map<string, Session>();

  constructor(
    private readonly options: UploadOptions,
    private readonly origin: () => string,
  ) {}

  /** Begins an upload: the answer names where the bytes go, and that URL alone is enough to send them. */
  begin({ headers, body }: ApiRequest): Answer {
    demandHeader(headers, 'x-goog-upload-protocol', 'resumable');
    demandHeader(headers, 'x-goog-upload-command', 'start');
    const bytes = Number(headers['x-goog-upload-header-content-length']);
    const json = parseJson(body);
    const file = isObject(json) ? json['file'] : undefined;
    const displayName = isObject(file) ? (file['displayName'] ?? file['display_name']) : undefined;
    if (!Number.isInteger(bytes) || typeof displayName !== 'string') throw new ApiError(400, 'Malformed upload start.');
    this.demandRoom(bytes);
    const mimeType = String(headers['x-goog-upload-header-content-type']);
    const id = newId('', 24);
    this.sessions.set(id, { displayName, mimeType, bytes });
    const url = `${this.origin()}/upload/v1beta/files?upload_id=${id}&upload_protocol=resumable`;
    return {
      status: 200,
      headers: { 'x-goog-upload-url': url, 'x-goog-upload-status': 'active' },
      body: Buffer.alloc(0),
    };
  }

  finish(sessionId: string, { headers, body }: ApiRequest): Answer {
    const session = this.sessions.get(sessionId);
    if (!session) throw new ApiError(404, 'Upload session not found.');
    demandHeader(headers, 'x-goog-upload-command', 'upload, finalize');
    demandHeader(headers, 'x-goog-upload-offset', '0');
    if (body.length !== session.bytes) throw new ApiError(400, 'The upload has another length than announced.');
    this.sessions.delete(sessionId);
    const file = {
      ...session,
      id: newId('', 12),
      createdAt: new Date(),
      content: body,
      looks: this.options.processingLooks,
    };
    this.files.push(file);
    return { ...ok({ file: render(file) }), headers: { 'x-goog-upload-status': 'final' } };
  }

  list(query: URLSearchParams): object {
    const size = Number(query.get('pageSize') ?? 10);
    const from = Number(query.get('pageToken') ?? 0);
    const all = [...this.files].reverse();
    const files = all.slice(from, from + size).map(render);
    return { files, ...(from + size < all.length && { nextPageToken: String(from + size) }) };
  }

  get(id: string): object {
    const file = this.file(id);
    const shown = render(file);
    if (file.looks > 0) file.looks--;
    return shown;
  }

  delete(id: string): object {
    const file = this.file(id);
    this.files = this.files.filter((each) => each !== file);
    return {};
  }

  /** The content of a file that a create names. */
  contentOf(name: string): Buffer {
    const file = this.file(name.replace(/^files\//, ''));
    if (file.looks > 0)
      throw new ApiError(400, `The File ${file.id} is not in an ACTIVE state and usage is not allowed.`);
    return file.content;
  }

  /** What is said of a file that is too large is not documented; of what is used up the vendor says one thing everywhere. */
  private demandRoom(bytes: number): void {
    const { maxFileBytes, maxStoredBytes } = this.options;
    if (bytes > maxFileBytes) throw new ApiError(400, `A file may have at most ${maxFileBytes} bytes.`);
    const stored = this.files.reduce((sum, { content }) => sum + content.length, 0);
    if (stored + bytes > maxStoredBytes) throw new ApiError(429, 'You exceeded your current quota of file storage.');
  }

  private file(id: string): StoredFile {
    const file = this.files.find((each) => each.id === id);
    if (!file) throw noFile(id);
    return file;
  }
}

function demandHeader(headers: IncomingHttpHeaders, name: string, value: string): void {
  if (headers[name] !== value) throw new ApiError(400, `${name}: must be ${value}`);
}

function render({ id, displayName, mimeType, createdAt, content, looks }: StoredFile): object {
  return {
    name: `files/${id}`,
    displayName,
    mimeType,
    sizeBytes: String(content.length),
    createTime: createdAt.toISOString(),
    state: looks > 0 ? 'PROCESSING' : 'ACTIVE',
    source: 'UPLOADED',
  };
}
