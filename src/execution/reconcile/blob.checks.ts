import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../../batches/audit.store';
import { BlobNotFoundError, BlobStore, type StoredBlob } from '../../blobs/blob-store';
import { Clock } from '../../common/clock';
import { isId } from '../../common/ids';
import { DEFAULT_BLOB_GRACE_MS, EXECUTION_OPTIONS, type ExecutionModuleOptions } from '../execution.module-definition';
import type { Check, Finding } from './check';

/** The folder of all that belongs to batches; a store may hold more, which is not ours. */
const FOLDER = 'batches';
const AT_ONCE = 500;

/** What is younger may belong to a row that is yet to come: longer than an upload takes, and a look after a lost commit. */
class Grace {
  constructor(
    private readonly clock: Clock,
    private readonly ms: number,
  ) {}

  isOver(since: Date): boolean {
    return since.getTime() <= this.clock.now() - this.ms;
  }
}

/** Blobs that no row names: of creates whose commit was never known, of collects that lost their lease. */
@Injectable()
export class OrphanBlobs implements Check {
  readonly kind = 'orphan_blob';
  readonly scope = 'blobs';
  private readonly grace: Grace;

  constructor(
    @Inject(EXECUTION_OPTIONS) { blobGraceMs = DEFAULT_BLOB_GRACE_MS }: ExecutionModuleOptions,
    private readonly audit: AuditStore,
    private readonly blobs: BlobStore,
    clock: Clock,
  ) {
    this.grace = new Grace(clock, blobGraceMs);
  }

  async *find(): AsyncGenerator<Finding> {
    let group: StoredBlob[] = [];
    for await (const blob of this.blobs.list(FOLDER)) {
      if (batchOf(blob) === null || !this.grace.isOver(blob.writtenAt)) continue;
      group.push(blob);
      if (group.length < AT_ONCE) continue;
      yield* this.orphansOf(group);
      group = [];
    }
    yield* this.orphansOf(group);
  }

  private async *orphansOf(group: readonly StoredBlob[]): AsyncGenerator<Finding> {
    if (group.length === 0) return;
    const named = await this.audit.blobKeys([...new Set(group.flatMap((blob) => batchOf(blob) ?? []))]);
    for (const { key, writtenAt } of group) {
      if (named.has(key)) continue;
      const message = `No row names the blob, which was written at ${writtenAt.toISOString()}`;
      yield { subject: key, message, repair: () => this.remove(key) };
    }
  }

  private async remove(key: string): Promise<boolean> {
    await this.blobs.delete(key);
    return true;
  }
}

/** Writes of blobs that nobody will end, since their process is no more. */
@Injectable()
export class UnfinishedWrites implements Check {
  readonly kind = 'unfinished_write';
  readonly scope = 'blobs';
  private readonly grace: Grace;

  constructor(
    @Inject(EXECUTION_OPTIONS) { blobGraceMs = DEFAULT_BLOB_GRACE_MS }: ExecutionModuleOptions,
    private readonly blobs: BlobStore,
    clock: Clock,
  ) {
    this.grace = new Grace(clock, blobGraceMs);
  }

  async *find(): AsyncGenerator<Finding> {
    for await (const { id, touchedAt } of this.blobs.listUnfinished(FOLDER)) {
      if (!this.grace.isOver(touchedAt)) continue;
      const message = `The write has not ended since ${touchedAt.toISOString()}`;
      yield { subject: id, message, repair: () => this.discard(id) };
    }
  }

  private async discard(id: string): Promise<boolean> {
    await this.blobs.discardUnfinished(id);
    return true;
  }
}

/** Batches that have not ended and of which a blob is gone: only a backup brings that back. */
@Injectable()
export class MissingBlobs implements Check {
  readonly kind = 'missing_blob';
  readonly scope = 'blobs';

  constructor(
    private readonly audit: AuditStore,
    private readonly blobs: BlobStore,
  ) {}

  async *find(): AsyncGenerator<Finding> {
    for (let after = ''; ;) {
      const ids = await this.audit.activeBatches(after, AT_ONCE);
      if (ids.length === 0) return;
      for (const key of await this.audit.blobKeys(ids)) {
        if (!(await this.isThere(key))) yield { subject: key, message: 'A row names the blob, and it is gone' };
      }
      after = ids.at(-1) ?? '';
    }
  }

  private async isThere(key: string): Promise<boolean> {
    try {
      await this.blobs.size(key);
      return true;
    } catch (error) {
      if (error instanceof BlobNotFoundError) return false;
      throw error;
    }
  }
}

/** The id of the batch that a key is of; null for any other key. */
function batchOf({ key }: StoredBlob): string | null {
  const [, id = ''] = key.split('/');
  return isId('batch', id) ? id : null;
}
