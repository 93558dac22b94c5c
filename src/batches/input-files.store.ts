import { Injectable } from '@nestjs/common';
import { IsNull, type EntityManager } from 'typeorm';
import { statusDetailsOf, type FileScan } from '../files/file-scan';
import { StoredFileEntity } from '../files/stored-file.entity';
import { NotFoundError } from '../http/meshbatch-error';
import { Database } from '../persistence/database';
import { insertTogether } from '../persistence/insert-together';
import { BatchEntity } from './batch.entity';
import { IS_ACTIVE } from './batch-status';

/** What a create reads of the row of an uploaded file. */
export type InputFile = Pick<StoredFileEntity, 'id' | 'segments' | 'scan'>;

/** Uploaded files, as the batches that read them see them. */
@Injectable()
export class InputFilesStore {
  constructor(private readonly database: Database) {}

  async insert(file: StoredFileEntity, tx: EntityManager): Promise<void> {
    await insertTogether([{ entity: StoredFileEntity, rows: [file] }], tx);
  }

  async isStored(id: string): Promise<boolean> {
    return this.database.manager.existsBy(StoredFileEntity, { id });
  }

  find(ownerId: string, id: string): Promise<InputFile | null> {
    return this.database.manager.findOne(StoredFileEntity, {
      select: { id: true, segments: true, scan: true },
      where: { id, ownerId, deletedAt: IsNull() },
    });
  }

  async noteScan(id: string, scan: FileScan): Promise<void> {
    const sql = `UPDATE ${this.database.tableOf(StoredFileEntity)} SET scan = $1, status_details = $2 WHERE id = $3`;
    await this.database.manager.query(sql, [JSON.stringify(scan), statusDetailsOf(scan), id]);
  }

  /** Keeps a batch's input from being deleted until the transaction ends; throws {@link NotFoundError} when that has happened. */
  async hold(
    { ownerId, inputFileId: id }: Pick<BatchEntity, 'ownerId' | 'inputFileId'>,
    tx: EntityManager,
  ): Promise<void> {
    const lock = { mode: 'pessimistic_read' } as const;
    const file = await tx.findOne(StoredFileEntity, { select: { id: true }, where: { id, ownerId }, lock });
    if (!file) throw new NotFoundError();
  }

  /** The file, which nobody else changes until the transaction ends. */
  lock(ownerId: string, id: string, tx: EntityManager): Promise<StoredFileEntity | null> {
    const lock = { mode: 'pessimistic_write' } as const;
    return tx.findOne(StoredFileEntity, { where: { id, ownerId, deletedAt: IsNull() }, lock });
  }

  /** Whether a batch that has not ended reads the file. */
  async isInUse(id: string, tx: EntityManager): Promise<boolean> {
    const batches = this.database.tableOf(BatchEntity);
    const sql = `SELECT EXISTS (SELECT FROM ${batches} WHERE input_file_id = $1 AND ${IS_ACTIVE}) AS used`;
    const [row] = await tx.query<{ used: boolean }[]>(sql, [id]);
    return row?.used ?? false;
  }

  /** Uploaded files whose time is over and that no batch reads any more. */
  listExpired(now: Date, limit: number): Promise<Pick<StoredFileEntity, 'id' | 'ownerId'>[]> {
    const [files, batches] = [this.database.tableOf(StoredFileEntity), this.database.tableOf(BatchEntity)];
    const sql = `SELECT id, owner_id AS "ownerId" FROM ${files} f WHERE batch_id IS NULL AND expires_at <= $1
      AND NOT EXISTS (SELECT FROM ${batches} WHERE input_file_id = f.id AND ${IS_ACTIVE}) ORDER BY expires_at LIMIT $2`;
    return this.database.manager.query(sql, [now, limit]);
  }
}
