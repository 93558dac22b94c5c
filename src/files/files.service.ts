import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, MoreThan } from 'typeorm';
import { isId } from '../common/ids';
import { NotFoundError } from '../http/meshbatch-error';
import { Database } from '../persistence/database';
import { SHOWN_COLUMNS, type ShownFile } from './dto/file.dto';
import type { ListFilesQuery } from './dto/list-files.query';
import { StoredFileEntity } from './stored-file.entity';

export interface FilePage {
  readonly files: readonly ShownFile[];
  readonly hasMore: boolean;
}

/** The files of an owner: those of its batches, and those that it uploaded. */
@Injectable()
export class FilesService {
  constructor(private readonly database: Database) {}

  /** Throws the same 404 for a file that never was and for somebody else's. */
  async get(ownerId: string, id: string): Promise<StoredFileEntity> {
    const wanted = { id, ownerId, deletedAt: IsNull() };
    const file = isId('file', id) ? await this.database.manager.findOneBy(StoredFileEntity, wanted) : null;
    if (!file) throw new NotFoundError();
    return file;
  }

  /** In the order of ids, which is that of time; `after` is a bound, whose file need not exist any more. */
  async list(ownerId: string, { after, limit, order, purpose }: ListFilesQuery): Promise<FilePage> {
    const files = await this.database.manager.find(StoredFileEntity, {
      select: SHOWN_COLUMNS,
      where: {
        ownerId,
        deletedAt: IsNull(),
        ...(after !== undefined && { id: order === 'asc' ? MoreThan(after) : LessThan(after) }),
        ...(purpose !== undefined && { purpose }),
      },
      order: { id: order },
      take: limit + 1,
    });
    return { files: files.slice(0, limit), hasMore: files.length > limit };
  }
}
