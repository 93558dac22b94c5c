import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { SafeLogger } from '../common/safe-logger';
import { Metrics } from '../metrics/metrics';

/** Whether a caller asked for it, or the time that batches are kept had passed. */
export type DeletedBy = 'request' | 'retention';

/** A batch that is no more. */
export interface DeletedBatch {
  readonly id: string;
  readonly ownerId: string;
  /** Of its files, as their owner saw them. */
  readonly bytes: number;
}

/** What is left of a batch that was deleted: a line in the log and counts. */
@Injectable()
export class DeletionRecord {
  private readonly logger = new SafeLogger(DeletionRecord.name);
  private readonly batches: Counter<'by'>;
  private readonly bytes: Counter<'by'>;

  constructor(metrics: Metrics) {
    this.batches = metrics.counter({
      name: 'meshbatch_batches_deleted_total',
      help: 'Batches that were deleted: by a request, or by retention',
      labelNames: ['by'],
    });
    this.bytes = metrics.counter({
      name: 'meshbatch_deleted_bytes_total',
      help: 'Bytes of the files of batches that were deleted',
      labelNames: ['by'],
    });
  }

  add({ id, ownerId, bytes }: DeletedBatch, by: DeletedBy): void {
    this.batches.inc({ by });
    this.bytes.inc({ by }, bytes);
    this.logger.log({ event: 'batch_deleted', owner_id: ownerId, batch_id: id, by, bytes }, 'A batch was deleted');
  }
}
