import { Injectable } from '@nestjs/common';
import { blobFolderOf } from '../batches/batch-deletion';
import type { ErasureEntity } from '../batches/erasure.entity';
import { ErasuresStore } from '../batches/erasures.store';
import { LeftoversStore } from '../batches/leftovers.store';
import { SafeLogger } from '../common/safe-logger';
import { BlobFolders } from '../files/blob-folders';
import { ProviderCallError } from '../providers/contract/errors';
import { Leftovers } from './leftovers';

const AT_ONCE = 200;

/** Erases what is still stored of deleted batches: blobs here, whatever else tells of them, and files and jobs at providers. */
@Injectable()
export class Erasures {
  private readonly logger = new SafeLogger(Erasures.name);

  constructor(
    private readonly store: ErasuresStore,
    private readonly leftoversStore: LeftoversStore,
    private readonly leftovers: Leftovers,
    private readonly folders: BlobFolders,
  ) {}

  /** Tries those that are due; what fails is tried again in a later call. */
  async run(signal: AbortSignal): Promise<void> {
    /** Providers that gave no answer: the others must not wait for them. */
    const silent = new Set<string>();
    for (const erasure of await this.store.listDue(AT_ONCE)) {
      if (signal.aborted) return;
      if (!(await this.store.take(erasure))) continue;
      await this.erase(erasure, silent, signal).catch((error: unknown) => {
        if (signal.aborted) return;
        this.logger.warn({ err: error, batch_id: erasure.batchId }, 'A deleted batch could not be erased yet');
      });
    }
  }

  /** Twice with a minute between: a worker that had lost its lease may have been at the end of a write. */
  private async erase(erasure: ErasureEntity, silent: Set<string>, signal: AbortSignal): Promise<void> {
    const { batchId, tokens, erased } = erasure;
    await this.folders.erase(blobFolderOf(batchId));
    if (erased) return this.store.delete(batchId);
    await this.eraseUpstream(batchId, tokens, silent, signal);
    await this.store.noteErased(batchId);
  }

  /** One try each: what a provider does not remove now stays noted as a leftover, which has tries of its own. */
  private async eraseUpstream(
    batchId: string,
    tokens: readonly string[],
    silent: Set<string>,
    signal: AbortSignal,
  ): Promise<void> {
    for (const leftover of await this.leftoversStore.find(tokens)) {
      const { provider, attempt } = leftover;
      if (silent.has(provider)) continue;
      signal.throwIfAborted();
      try {
        await this.leftovers.remove(leftover, signal);
      } catch (error) {
        if (!(error instanceof ProviderCallError)) throw error;
        if (error.failure !== 'rejected') silent.add(provider);
        const told = { err: error, batch_id: batchId, part_id: attempt.partId, provider };
        this.logger.warn(told, 'What a deleted batch left at its provider is still there, and is removed later');
      }
    }
  }
}
