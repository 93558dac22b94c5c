import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CreateBatchDto } from './create-batch.dto';
import { NaiveBatch, NaiveRequest } from './rows.entities';

/** Rows an INSERT, below the 65,535 parameters that Postgres takes. */
const CHUNK = 1_000;

/** A batch endpoint as it is usually written. */
@Controller('batches')
export class BatchesController {
  constructor(private readonly dataSource: DataSource) {}

  @Post()
  @HttpCode(200)
  async create(@Body() { requests }: CreateBatchDto): Promise<NaiveBatch> {
    const batch = { id: randomUUID(), total: requests.length, status: 'validating' };
    await this.dataSource.transaction(async (tx) => {
      await tx.insert(NaiveBatch, batch);
      for (let first = 0; first < requests.length; first += CHUNK) {
        const rows = requests.slice(first, first + CHUNK).map(({ custom_id: customId, body }) => ({
          ...{ id: randomUUID(), batchId: batch.id, customId },
          ...{ body, status: 'queued' },
        }));
        await tx.insert(NaiveRequest, rows);
      }
    });
    return batch;
  }
}
