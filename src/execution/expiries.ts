import { Injectable } from '@nestjs/common';
import { FileInUseError, FileRemoval } from '../batches/file-removal';
import { IdempotencyStore } from '../batches/idempotency.store';
import { InputFilesStore } from '../batches/input-files.store';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { NotFoundError } from '../http/meshbatch-error';

/** What one pass removes; the next goes on with the rest. */
const FILES_AT_ONCE = 500;
const KEYS_AT_ONCE = 10_000;

/** Removes what has an end of its own: uploaded files (`expires_after`), and idempotency keys that stand for nothing any more. */
@Injectable()
export class Expiries {
  private readonly logger = new SafeLogger(Expiries.name);

  constructor(
    private readonly files: InputFilesStore,
    private readonly removal: FileRemoval,
    private readonly keys: IdempotencyStore,
    private readonly clock: Clock,
  ) {}

  /** A file that a batch still reads stays until that has ended. */
  async run(signal: AbortSignal): Promise<void> {
    for (const { id, ownerId } of await this.files.listExpired(new Date(this.clock.now()), FILES_AT_ONCE)) {
      if (signal.aborted) return;
      await this.removal.remove(ownerId, id).catch((error: unknown) => {
        // Somebody else may have deleted it meanwhile, or begun a batch of it.
        if (error instanceof NotFoundError || error instanceof FileInUseError) return;
        this.logger.error({ err: error, file_id: id }, 'An expired file could not be removed');
      });
    }
    await this.keys.deleteOver(KEYS_AT_ONCE);
  }
}
