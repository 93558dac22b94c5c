import { Injectable } from '@nestjs/common';
import { Ids } from '../common/ids';
import type { FileForm } from '../ingest/file-form';
import { IngestService, type ExaminedBatch, type IncomingBody } from '../ingest/ingest.service';
import { CreateBatchTransaction, type CreatedBatch, type StoredWith } from './create-batch.transaction';
import { InputFiles } from './input-files';
import { NewBatchBuilder } from './new-batch.builder';
import { NewBlobs } from './new-blobs';

/** A create that nothing is wrong with. */
export type ExaminedCreate = ExaminedBatch & { readonly newBytes: number };

/** Takes a new batch: body, blob, then one transaction. A refusal leaves nothing behind. */
@Injectable()
export class CreateBatchService {
  constructor(
    private readonly ingest: IngestService,
    private readonly inputFiles: InputFiles,
    private readonly builder: NewBatchBuilder,
    private readonly transaction: CreateBatchTransaction,
    private readonly blobs: NewBlobs,
    private readonly ids: Ids,
  ) {}

  /**
   * Throws a {@link MeshbatchError}; when it throws anything else the batch is not stored, as far as can be known.
   * @param gone aborts when the caller has gone away: up to the last step before the commit nothing is then stored
   */
  async create(ownerId: string, body: IncomingBody, gone: AbortSignal, storedWith?: StoredWith): Promise<CreatedBatch> {
    const id = this.ids.next('batch');
    const ingested = await this.ingest.ingest(`batches/${id}/input.jsonl`, body);
    if ('inputFileId' in ingested) return this.createOfFile(id, ownerId, ingested, gone, storedWith);
    const kept = { ...ingested, outputExpiresAfter: null };
    return this.blobs.unlessRefused([ingested.inputKey], () =>
      this.transaction.run(this.builder.build(id, ownerId, kept), gone, storedWith),
    );
  }

  /** All that {@link create} checks of a body, with nothing stored; with how many bytes would be. */
  async examine(ownerId: string, body: IncomingBody): Promise<ExaminedCreate> {
    const examined = await this.ingest.examine(body);
    if (!('inputFileId' in examined)) return { ...examined, newBytes: examined.inputBytes };
    const input = await this.inputFiles.open(ownerId, examined);
    const inputBytes = input.parts.reduce((sum, part) => sum + part.inputBytes, 0);
    return { ...input, inputBytes, newBytes: 0 };
  }

  private async createOfFile(
    id: string,
    ownerId: string,
    form: FileForm,
    gone: AbortSignal,
    storedWith?: StoredWith,
  ): Promise<CreatedBatch> {
    const input = await this.inputFiles.open(ownerId, form);
    return this.transaction.run(this.builder.buildOfFile(id, ownerId, input), gone, storedWith);
  }
}
