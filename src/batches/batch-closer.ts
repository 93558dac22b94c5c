import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { Clock } from '../common/clock';
import { Ids } from '../common/ids';
import type { ResultsView } from '../files/results-index';
import { StoredFileEntity, type FileSegment } from '../files/stored-file.entity';
import type { BatchEntity, BatchError, BatchUsage } from './batch.entity';
import { PartEntity, type PartResults } from './part.entity';

const MAX_ERRORS = 100;

/** Ends a batch whose parts have ended: final counts, which are ours, and its two files, views of the parts' results. */
@Injectable()
export class BatchCloser {
  constructor(
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  /** Inserts the files and returns what to write on the batch. */
  async close(batch: BatchEntity, tx: EntityManager): Promise<QueryDeepPartialEntity<BatchEntity>> {
    const parts = await tx.find(PartEntity, { where: { batchId: batch.id }, order: { ordinal: 'ASC' } });
    return {
      completed: parts.reduce((sum, part) => sum + part.succeeded, 0),
      failed: parts.reduce((sum, part) => sum + part.failed, 0),
      outputFileId: await this.insertFile(batch, 'output', segmentsOf(parts, 'succeeded'), tx),
      errorFileId: await this.insertFile(batch, 'error', segmentsOf(parts, 'failed'), tx),
      errors: parts.flatMap((part) => errorsOf(part, parts.length)).slice(0, MAX_ERRORS),
      usage: addUsage(parts),
    };
  }

  private async insertFile(
    batch: BatchEntity,
    kind: 'output' | 'error',
    segments: FileSegment[],
    tx: EntityManager,
  ): Promise<string | null> {
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    if (bytes === 0) return null;
    const id = this.ids.next('file');
    const now = this.clock.now();
    await tx.insert(StoredFileEntity, {
      id,
      ownerId: batch.ownerId,
      batchId: batch.id,
      purpose: 'batch_output',
      filename: `${batch.id}_${kind}.jsonl`,
      bytes,
      segments,
      createdAt: new Date(now),
      expiresAt: batch.outputExpiresAfter === null ? null : new Date(now + batch.outputExpiresAfter * 1000),
    });
    return id;
  }
}

/** The parts' results in order, as one file. */
export function segmentsOf(parts: readonly Pick<PartEntity, 'results'>[], view: ResultsView): FileSegment[] {
  return parts.flatMap(({ results }) => {
    if (!results) return [];
    const { key, indexKey } = results;
    return [{ key, indexKey, view, bytes: bytesOf(results, view) }];
  });
}

function bytesOf(results: PartResults, view: ResultsView): number {
  return { all: results.bytes, succeeded: results.succeededBytes, failed: results.failedBytes }[view];
}

/** One of several parts tells which requests a reason is about that names none of them. */
function errorsOf({ errors, firstItem, itemCount }: PartEntity, parts: number): BatchError[] {
  if (parts === 1) return errors;
  const requests = `Requests ${firstItem + 1} to ${firstItem + itemCount}`;
  return errors.map((error) =>
    error.line === undefined ? { ...error, message: `${requests}: ${error.message}` } : error,
  );
}

function addUsage(parts: readonly PartEntity[]): BatchUsage | null {
  const usages = parts.flatMap((part) => (part.usage ? [part.usage] : []));
  if (usages.length === 0) return null;
  const add = (field: keyof BatchUsage) => usages.reduce((sum, usage) => sum + (usage[field] ?? 0), 0);
  return {
    input_tokens: add('input_tokens'),
    output_tokens: add('output_tokens'),
    total_tokens: add('total_tokens'),
    cached_tokens: add('cached_tokens'),
    reasoning_tokens: add('reasoning_tokens'),
  };
}
