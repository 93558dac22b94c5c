import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { isId } from '../common/ids';
import { SafeLogger } from '../common/safe-logger';
import { StoredFileEntity } from '../files/stored-file.entity';
import { MeshbatchError, NotFoundError } from '../http/meshbatch-error';
import { FileScans } from '../ingest/file-scans';
import { Database } from '../persistence/database';
import { InputFilesStore } from './input-files.store';

/** 409: what reads the file has not ended. */
export class FileInUseError extends MeshbatchError {
  override readonly name = 'FileInUseError';

  constructor() {
    super('conflict', 'A batch that has not ended reads the file: cancel it, or wait for its end.');
  }
}

/** Deletes files of an owner: the row first, and then the blobs that nothing else needs. */
@Injectable()
export class FileRemoval {
  private readonly logger = new SafeLogger(FileRemoval.name);

  constructor(
    private readonly database: Database,
    private readonly store: InputFilesStore,
    private readonly scans: FileScans,
    private readonly clock: Clock,
  ) {}

  /** Throws {@link FileInUseError}, and the same 404 for a file that never was and for somebody else's. */
  async remove(ownerId: string, id: string): Promise<void> {
    if (!isId('file', id)) throw new NotFoundError();
    const keys = await this.database.transaction(async (tx) => {
      const file = await this.store.lock(ownerId, id, tx);
      if (!file) throw new NotFoundError();
      if (await this.store.isInUse(id, tx)) throw new FileInUseError();
      if (file.purpose === 'batch_output') {
        // The batch still shows these results: they go with it, and count as stored until then.
        await tx.update(StoredFileEntity, { id }, { deletedAt: new Date(this.clock.now()) });
        return [];
      }
      await tx.delete(StoredFileEntity, { id });
      return file.segments.map(({ key }) => key);
    });
    for (const key of keys) await this.discard(key);
  }

  private async discard(key: string): Promise<void> {
    await this.scans.discard(key).catch((error: unknown) => {
      // No row names it any more, so that the sweep of blobs finds it.
      this.logger.warn({ err: error, key }, 'The blob of a deleted file could not be removed');
    });
  }
}
