import { Injectable } from '@nestjs/common';
import { AuditStore } from '../../batches/audit.store';
import { ErasuresStore } from '../../batches/erasures.store';
import { BlobStore, type StoredBlob } from '../../blobs/blob-store';
import { isId } from '../../common/ids';

/** The folders of all that belongs to batches and to uploaded files; a store may hold more, which is not ours. */
export const BLOB_FOLDERS = ['batches', 'files'] as const;
type BlobFolder = (typeof BLOB_FOLDERS)[number];
const ID_KINDS = { batches: 'batch', files: 'file' } as const;
const AT_ONCE = 500;

/** Blobs of batches and of uploaded files that no row names; those of a deleted batch are its erasure's as long as that is noted. */
@Injectable()
export class UnnamedBlobs {
  constructor(
    private readonly audit: AuditStore,
    private readonly erasures: ErasuresStore,
    private readonly blobs: BlobStore,
  ) {}

  /** Of those that `concerns`; walks through all blobs, or until it is stopped. */
  async *find(concerns: (blob: StoredBlob) => boolean, signal: AbortSignal): AsyncGenerator<StoredBlob> {
    for (const folder of BLOB_FOLDERS) yield* this.findIn(folder, concerns, signal);
  }

  private async *findIn(
    folder: BlobFolder,
    concerns: (blob: StoredBlob) => boolean,
    signal: AbortSignal,
  ): AsyncGenerator<StoredBlob> {
    let group: StoredBlob[] = [];
    for await (const blob of this.blobs.list(folder)) {
      if (signal.aborted) return;
      if (subjectOf(blob.key) === null || !concerns(blob)) continue;
      group.push(blob);
      if (group.length < AT_ONCE) continue;
      yield* await this.unnamedOf(folder, group);
      group = [];
    }
    yield* await this.unnamedOf(folder, group);
  }

  /** The rows are read after the blobs: what was named meanwhile is. */
  private async unnamedOf(folder: BlobFolder, group: readonly StoredBlob[]): Promise<StoredBlob[]> {
    if (group.length === 0) return [];
    const ids = [...new Set(group.flatMap(({ key }) => subjectOf(key) ?? []))];
    const named = folder === 'batches' ? await this.audit.blobKeys(ids) : await this.audit.fileKeys(ids);
    const unnamed = group.filter(({ key }) => !named.has(key));
    const erased = unnamed.length > 0 ? await this.erasures.pendingOf(ids) : new Set<string | null>();
    return unnamed.filter(({ key }) => !erased.has(subjectOf(key)));
  }
}

/** The id of the batch, or of the uploaded file, that a key is of; null for any other key. */
export function subjectOf(key: string): string | null {
  const [first, id = ''] = key.split('/');
  const folder = BLOB_FOLDERS.find((each) => each === first);
  return folder && isId(ID_KINDS[folder], id) ? id : null;
}
