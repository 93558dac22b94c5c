import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../../batches/audit.store';
import { BlobNotFoundError, BlobStore } from '../../blobs/blob-store';
import { Clock } from '../../common/clock';
import { DEFAULT_BLOB_GRACE_MS, EXECUTION_OPTIONS, type ExecutionModuleOptions } from '../execution.module-definition';
import type { Check, Finding } from './check';
import { Installation } from './installation';
import { BLOB_FOLDERS, subjectOf, UnnamedBlobs } from './unnamed-blobs';

const AT_ONCE = 500;
/** Blobs that are looked for at a time. */
const LOOKS = 16;
const NOT_OURS = 'the blobs are not known to be this database’s, so it stays';

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
    private readonly installation: Installation,
    private readonly unnamed: UnnamedBlobs,
    private readonly blobs: BlobStore,
    clock: Clock,
  ) {
    this.grace = new Grace(clock, blobGraceMs);
  }

  async *find(signal: AbortSignal): AsyncGenerator<Finding> {
    const isOurs = await this.installation.isOurs();
    for await (const { key, writtenAt } of this.unnamed.find((blob) => this.grace.isOver(blob.writtenAt), signal)) {
      const message = `No row names the blob, which was written at ${writtenAt.toISOString()}`;
      if (isOurs) yield { subject: key, message, repair: () => this.remove(key) };
      else yield { subject: key, message: `${message}; ${NOT_OURS}` };
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
    private readonly installation: Installation,
    private readonly blobs: BlobStore,
    clock: Clock,
  ) {
    this.grace = new Grace(clock, blobGraceMs);
  }

  async *find(signal: AbortSignal): AsyncGenerator<Finding> {
    const isOurs = await this.installation.isOurs();
    const told = new Set<string>();
    for (const folder of BLOB_FOLDERS) {
      for await (const { id, key, touchedAt } of this.blobs.listUnfinished(folder)) {
        if (signal.aborted) return;
        // A store that knows no folders lists the same for each.
        if (!this.grace.isOver(touchedAt) || told.has(id) || (key !== null && subjectOf(key) === null)) continue;
        told.add(id);
        const message = `The write has not ended since ${touchedAt.toISOString()}`;
        if (isOurs) yield { subject: id, message, repair: () => this.discard(id) };
        else yield { subject: id, message: `${message}; ${NOT_OURS}` };
      }
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

  async *find(signal: AbortSignal): AsyncGenerator<Finding> {
    for (let after = ''; !signal.aborted;) {
      const ids = await this.audit.activeBatches(after, AT_ONCE);
      if (ids.length === 0) return;
      const keys = [...(await this.audit.blobKeys(ids))];
      for (let at = 0; at < keys.length && !signal.aborted; at += LOOKS) {
        const looks = keys.slice(at, at + LOOKS).map(async (key) => ((await this.isThere(key)) ? [] : [key]));
        for (const key of (await Promise.all(looks)).flat()) {
          yield { subject: key, message: 'A row names the blob, and it is gone' };
        }
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
