import { Injectable } from '@nestjs/common';
import { BlobStore } from '../blobs/blob-store';

/** Blobs that are removed at a time. */
const AT_ONCE = 16;

/** Blobs that go together, whether a row names them or not. */
@Injectable()
export class BlobFolders {
  constructor(private readonly blobs: BlobStore) {}

  /** Removes every blob below the folder, such as `batches/batch_01J…`, and what writes there have left or are at; safe to repeat. */
  async erase(folder: string): Promise<void> {
    try {
      // First, since one that ends meanwhile is a blob.
      await this.discardUnfinished(folder);
    } finally {
      await this.deleteBlobs(folder);
    }
  }

  /** A write whose key a store cannot tell may be anybody's. */
  private async discardUnfinished(folder: string): Promise<void> {
    for await (const { id, key } of this.blobs.listUnfinished(folder)) {
      if (key !== null) await this.blobs.discardUnfinished(id);
    }
  }

  private async deleteBlobs(folder: string): Promise<void> {
    let keys: string[] = [];
    for await (const { key } of this.blobs.list(folder)) {
      keys.push(key);
      if (keys.length < AT_ONCE) continue;
      await this.delete(keys);
      keys = [];
    }
    await this.delete(keys);
  }

  private async delete(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.blobs.delete(key)));
  }
}
