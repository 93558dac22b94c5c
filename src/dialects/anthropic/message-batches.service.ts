import { Injectable } from '@nestjs/common';
import { LessThan, MoreThan } from 'typeorm';
import { BatchEntity } from '../../batches/batch.entity';
import { BatchDeletion } from '../../batches/batch-deletion';
import { BatchesService, type BatchPage } from '../../batches/batches.service';
import { isTerminal } from '../../batches/batch-status';
import { PartEntity } from '../../batches/part.entity';
import { NotFoundError } from '../../http/meshbatch-error';
import { Database } from '../../persistence/database';
import type { Endpoint } from '../../providers/contract/adapter';
import type { MessageBatchDto } from './dto/message-batch.dto';
import { toMessageBatch } from './message-batch.mapper';

const ENDPOINT: Endpoint = '/v1/messages';

export interface MessageBatchesQuery {
  readonly limit: number;
  readonly after_id?: string;
  readonly before_id?: string;
}

/** Items of a part whose create nobody can tell of are errors: the rest of what is counted as not run never ran. */
const selectNotRun = (parts: string) => `SELECT batch_id AS "batchId", sum(not_run)::int AS "notRun" FROM ${parts}
  WHERE batch_id = ANY($1) AND not_run > 0 AND (remote_id IS NOT NULL OR create_sent_at IS NULL)
  GROUP BY batch_id`;

/** An owner's batches of messages, among all others that it has. */
@Injectable()
export class MessageBatches {
  constructor(
    private readonly database: Database,
    private readonly batches: BatchesService,
    private readonly deletion: BatchDeletion,
  ) {}

  /** Throws the same 404 for a batch that never was, for somebody else's, and for one of another endpoint. */
  async get(ownerId: string, id: string): Promise<BatchEntity> {
    const batch = await this.batches.get(ownerId, id);
    if (batch.endpoint !== ENDPOINT) throw new NotFoundError();
    return batch;
  }

  async cancel(ownerId: string, id: string): Promise<BatchEntity> {
    await this.get(ownerId, id);
    return this.batches.cancel(ownerId, id);
  }

  /** Throws {@link BatchNotEndedError} while it runs. */
  async delete(ownerId: string, id: string): Promise<void> {
    await this.get(ownerId, id);
    await this.deletion.delete(ownerId, id);
  }

  /** Newest first. `before_id` and `after_id` are bounds, whose batches need not exist any more; those next to the bound come. */
  async list(ownerId: string, { limit, after_id: after, before_id: before }: MessageBatchesQuery): Promise<BatchPage> {
    const backwards = before !== undefined && after === undefined;
    const bound = backwards ? MoreThan(before) : after === undefined ? undefined : LessThan(after);
    const found = await this.database.manager.find(BatchEntity, {
      where: { ownerId, endpoint: ENDPOINT, ...(bound && { id: bound }) },
      order: { id: backwards ? 'ASC' : 'DESC' },
      take: limit + 1,
    });
    const page = found.slice(0, limit);
    return { batches: backwards ? page.reverse() : page, hasMore: found.length > limit };
  }

  /** As the vendor shows them. */
  async show(batches: readonly BatchEntity[]): Promise<MessageBatchDto[]> {
    const ended = batches.filter(({ status, failed }) => isTerminal(status) && failed > 0);
    const notRun = ended.length === 0 ? new Map<string, number>() : await this.notRun(ended);
    return batches.map((batch) => toMessageBatch(batch, notRun.get(batch.id) ?? 0));
  }

  private async notRun(batches: readonly BatchEntity[]): Promise<Map<string, number>> {
    const rows = await this.database.manager.query<{ batchId: string; notRun: number }[]>(
      selectNotRun(this.database.tableOf(PartEntity)),
      [batches.map(({ id }) => id)],
    );
    return new Map(rows.map((row) => [row.batchId, row.notRun]));
  }
}
