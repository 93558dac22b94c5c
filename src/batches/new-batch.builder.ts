import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Ids } from '../common/ids';
import { StoredFileEntity } from '../files/stored-file.entity';
import type { FileItems } from '../ingest/file-scans';
import type { IngestedBatch } from '../ingest/ingest.service';
import type { PartPlan } from '../ingest/part-planner';
import type { ResolvedModel } from '../providers/provider-registry';
import { BatchEntity } from './batch.entity';
import type { NewBatch } from './batches.store';
import { windowMs } from './completion-window';
import { LONGEST_WAIT_MS } from './part-slots';
import { PartEntity } from './part.entity';

/** What the answer to a create tells of a batch that has not begun; written out, so that it needs no read after the commit. */
const NOT_BEGUN = {
  completed: 0,
  failed: 0,
  outputFileId: null,
  errorFileId: null,
  usage: null,
  deadlinePassedAt: null,
  inProgressAt: null,
  finalizingAt: null,
  completedAt: null,
  failedAt: null,
  expiredAt: null,
  cancellingAt: null,
  cancelledAt: null,
};

/** How a batch belongs to a family. */
export type FamilyLink = Pick<BatchEntity, 'rootId' | 'retryOrdinal' | 'originKey'>;

const NO_RETRY: FamilyLink = { rootId: null, retryOrdinal: null, originKey: null };

type OutputExpiry = Pick<BatchOfFile, 'outputExpiresAfter'>;

/** A batch whose requests are in an uploaded file, which it reads where it is. */
export interface BatchOfFile extends FileItems {
  readonly inputFileId: string;
  readonly completionWindow: string;
  readonly metadata: Record<string, unknown> | null;
  readonly outputExpiresAfter: number | null;
}

/** Makes the rows of a batch from what its body said. */
@Injectable()
export class NewBatchBuilder {
  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  build(id: string, ownerId: string, ingested: IngestedBatch & OutputExpiry, link = NO_RETRY): NewBatch {
    const inputFileId = this.ids.next('file');
    const rows = this.buildOfFile(id, ownerId, { ...ingested, inputFileId }, link);
    const { createdAt } = rows.batch;
    return { ...rows, inputFile: buildInputFile({ id: inputFileId, ownerId, batchId: id, createdAt }, ingested) };
  }

  /** The file's own row is there already. */
  buildOfFile(id: string, ownerId: string, input: BatchOfFile, link = NO_RETRY): NewBatch {
    const createdAt = new Date(this.clock.now());
    return {
      batch: buildBatch({ id, ownerId, createdAt, ...link }, input),
      parts: input.parts.map((plan, ordinal) =>
        this.buildPart({ batchId: id, ordinal, ...plan }, input.resolved, createdAt),
      ),
      inputFile: null,
    };
  }

  /** More parts than the provider has slots wait from the start: none of them need find that out. */
  private buildPart(
    row: PartPlan & Pick<PartEntity, 'batchId' | 'ordinal'>,
    { provider, limits }: ResolvedModel,
    createdAt: Date,
  ): PartEntity {
    const waits = row.ordinal >= (limits.maxConcurrentJobs ?? Infinity);
    const dueAt = waits ? new Date(createdAt.getTime() + LONGEST_WAIT_MS) : createdAt;
    const part = { id: this.ids.next('part'), provider, state: 'queued' as const, dueAt, ...row };
    return Object.assign(new PartEntity(), part, { waitsFor: waits ? ('slot' as const) : null });
  }
}

function buildBatch(
  row: Pick<BatchEntity, 'id' | 'ownerId' | 'createdAt'> & FamilyLink,
  { resolved, endpoint, completionWindow, metadata, itemCount, inputFileId, outputExpiresAfter }: BatchOfFile,
): BatchEntity {
  return Object.assign(new BatchEntity(), row, {
    status: 'validating' as const,
    endpoint,
    model: resolved.model,
    provider: resolved.provider,
    upstreamModel: resolved.upstreamModel,
    completionWindow,
    metadata,
    inputFileId,
    outputExpiresAfter,
    total: itemCount,
    ...NOT_BEGUN,
    errors: [],
    expiresAt: new Date(row.createdAt.getTime() + windowMs(completionWindow)),
  });
}

function buildInputFile(
  row: Pick<StoredFileEntity, 'id' | 'ownerId' | 'createdAt'> & { batchId: string },
  { inputKey, inputBytes }: IngestedBatch,
): StoredFileEntity {
  return Object.assign(new StoredFileEntity(), row, {
    purpose: 'batch' as const,
    filename: `${row.batchId}_input.jsonl`,
    bytes: inputBytes,
    segments: [{ key: inputKey, indexKey: null, view: 'all' as const, bytes: inputBytes }],
  });
}
