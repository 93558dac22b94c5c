import { Injectable } from '@nestjs/common';
import { AuditStore } from '../../batches/audit.store';
import { ErasuresStore } from '../../batches/erasures.store';
import { BlobStore, type StoredBlob } from '../../blobs/blob-store';
import { isId } from '../../common/ids';

/** The folder of all that belongs to batches; a store may hold more, which is not ours. */
export const BATCHES_FOLDER = 'batches';
const AT_ONCE = 500;

/** Blobs of batches that no row names; those of a deleted batch are its erasure's as long as that is noted. */
@Injectable()
export class UnnamedBlobs {
  constructor(
    private readonly audit: AuditStore,
    private readonly erasures: ErasuresStore,
    private readonly blobs: BlobStore,
  ) {}

  /** Of those that `concerns`; walks through all blobs, or until it is stopped. */
  async *find(concerns: (blob: StoredBlob) => boolean, signal: AbortSignal): AsyncGenerator<StoredBlob> {
    let group: StoredBlob[] = [];
    for await (const blob of this.blobs.list(BATCHES_FOLDER)) {
      if (signal.aborted) return;
      if (batchOf(blob.key) === null || !concerns(blob)) continue;
      group.push(blob);
      if (group.length < AT_ONCE) continue;
      yield* await this.unnamedOf(group);
      group = [];
    }
    yield* await this.unnamedOf(group);
  }

  /** The rows are read after the blobs: what was named meanwhile is. */
  private async unnamedOf(group: readonly StoredBlob[]): Promise<StoredBlob[]> {
    if (group.length === 0) return [];
    const batchIds = [...new Set(group.flatMap(({ key }) => batchOf(key) ?? []))];
    const named = await this.audit.blobKeys(batchIds);
    const unnamed = group.filter(({ key }) => !named.has(key));
    const erased = unnamed.length > 0 ? await this.erasures.pendingOf(batchIds) : new Set<string | null>();
    return unnamed.filter(({ key }) => !erased.has(batchOf(key)));
  }
}

/** The id of the batch that a key is of; null for any other key. */
export function batchOf(key: string): string | null {
  const [folder, id = ''] = key.split('/');
  return folder === BATCHES_FOLDER && isId('batch', id) ? id : null;
}
