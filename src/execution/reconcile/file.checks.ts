import { Injectable } from '@nestjs/common';
import { FileInUseError, FileRemoval } from '../../batches/file-removal';
import { InputFilesStore } from '../../batches/input-files.store';
import { Clock } from '../../common/clock';
import { NotFoundError } from '../../http/meshbatch-error';
import type { Check, Finding } from './check';

const AT_ONCE = 500;

/** Uploaded files that were to go by now (`expires_after`); one that a batch still reads stays until that has ended. */
@Injectable()
export class ExpiredFiles implements Check {
  readonly kind = 'expired_file';
  readonly scope = 'rows';

  constructor(
    private readonly store: InputFilesStore,
    private readonly removal: FileRemoval,
    private readonly clock: Clock,
  ) {}

  async *find(): AsyncGenerator<Finding> {
    for (const { id, ownerId } of await this.store.listExpired(new Date(this.clock.now()), AT_ONCE)) {
      yield { subject: id, message: 'The uploaded file has expired', repair: () => this.remove(ownerId, id) };
    }
  }

  /** Somebody else may have deleted it meanwhile, or begun a batch of it. */
  private async remove(ownerId: string, id: string): Promise<boolean> {
    try {
      await this.removal.remove(ownerId, id);
      return true;
    } catch (error) {
      if (error instanceof NotFoundError || error instanceof FileInUseError) return false;
      throw error;
    }
  }
}
