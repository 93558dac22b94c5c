import { Injectable } from '@nestjs/common';
import { InputFilesStore } from '../../batches/input-files.store';
import { Clock } from '../../common/clock';
import { Ids } from '../../common/ids';
import { SafeLogger } from '../../common/safe-logger';
import { statusDetailsOf } from '../../files/file-scan';
import { StoredFileEntity } from '../../files/stored-file.entity';
import { FileScans } from '../../ingest/file-scans';
import { IncompleteBodyError } from '../../ingest/ingest.errors';
import { Database, UnknownCommitError } from '../../persistence/database';
import { isStoredAfterAll } from '../../persistence/stored-after-all';
import { QuotaService } from '../../quota/quota.service';
import { readForm, type IncomingForm } from './multipart';
import { readUploadFields } from './upload-fields';

const DEFAULT_FILENAME = 'upload.jsonl';
const MAX_FILENAME = 255;
const CONTROL_CHARACTERS = /\p{Cc}/gu;

/** Takes a file: form, blob, scan, then its row. A refusal leaves nothing behind. */
@Injectable()
export class UploadService {
  private readonly logger = new SafeLogger(UploadService.name);

  constructor(
    private readonly scans: FileScans,
    private readonly files: InputFilesStore,
    private readonly database: Database,
    private readonly quota: QuotaService,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  /**
   * Throws a {@link MeshbatchError}; when it throws anything else the file is not stored, as far as can be known.
   * @param gone aborts when the caller has gone away: up to the last step before the commit nothing is then stored
   */
  async upload(ownerId: string, form: IncomingForm, gone: AbortSignal): Promise<StoredFileEntity> {
    const id = this.ids.next('file');
    const key = `files/${id}/content.jsonl`;
    try {
      const file = await this.receive(id, key, form);
      file.ownerId = ownerId;
      await this.store(file, gone);
      return file;
    } catch (error) {
      // After an unknown commit the row may yet appear, and a row without its blob is worse than a blob without a row.
      if (!(error instanceof UnknownCommitError)) await this.discard(key);
      throw error;
    }
  }

  /** The file's row but for its owner, once its bytes are durable. */
  private async receive(id: string, key: string, form: IncomingForm): Promise<StoredFileEntity> {
    const { file, fields } = await readForm(form, (bytes) => this.scans.store(key, bytes));
    const expiresAfter = readUploadFields(fields, file !== null);
    if (!file) throw new Error('A form without a file was taken');
    const { bytes, scan } = file.stored;
    const now = this.clock.now();
    return Object.assign(new StoredFileEntity(), {
      id,
      batchId: null,
      purpose: 'batch' as const,
      filename: toFilename(file.filename),
      bytes,
      segments: [{ key, indexKey: null, view: 'all' as const, bytes }],
      createdAt: new Date(now),
      expiresAt: expiresAfter === null ? null : new Date(now + expiresAfter * 1000),
      deletedAt: null,
      statusDetails: statusDetailsOf(scan),
      scan,
    });
  }

  private async store(file: StoredFileEntity, gone: AbortSignal): Promise<void> {
    try {
      await this.database.transaction(async (tx) => {
        await this.quota.reserveStorage(file.ownerId, file.bytes, tx);
        await this.files.insert(file, tx);
        if (gone.aborted) throw new IncompleteBodyError();
      });
    } catch (error) {
      if (!(error instanceof UnknownCommitError)) throw error;
      this.logger.warn({ err: error, file_id: file.id }, 'Lost the connection while an upload was being committed');
      if (!(await isStoredAfterAll(() => this.files.isStored(file.id), this.clock))) throw error;
    }
  }

  private async discard(key: string): Promise<void> {
    await this.scans.discard(key).catch((error: unknown) => {
      // The refusal is what the caller must see.
      this.logger.error({ err: error, key }, 'The blob of a refused upload could not be removed');
    });
  }
}

/** As the caller named it, but for what cannot be printed or stored. */
function toFilename(name: string | null): string {
  const shown = [...(name ?? '').toWellFormed().replaceAll(CONTROL_CHARACTERS, '')].slice(0, MAX_FILENAME).join('');
  return shown === '' ? DEFAULT_FILENAME : shown;
}
