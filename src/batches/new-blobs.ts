import { Injectable } from '@nestjs/common';
import { SafeLogger } from '../common/safe-logger';
import { IngestService } from '../ingest/ingest.service';
import { UnknownCommitError } from '../persistence/database';

/** Blobs that are written before the row that names them: they go when the row certainly does not come. */
@Injectable()
export class NewBlobs {
  private readonly logger = new SafeLogger(NewBlobs.name);

  constructor(private readonly ingest: IngestService) {}

  /** Runs what stores the row of blobs that are there. */
  async unlessRefused<T>(keys: readonly string[], store: () => Promise<T>): Promise<T> {
    try {
      return await store();
    } catch (error) {
      // After an unknown commit the row may yet appear, and a row without its blob is worse than a blob without a row.
      if (!(error instanceof UnknownCommitError)) for (const key of keys) await this.discard(key);
      throw error;
    }
  }

  private async discard(key: string): Promise<void> {
    await this.ingest.discard(key).catch((error: unknown) => {
      // The refusal is what the caller must see.
      this.logger.error({ err: error, key }, 'A blob of a refused batch could not be removed');
    });
  }
}
