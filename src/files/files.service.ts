import { Injectable } from '@nestjs/common';
import { isId } from '../common/ids';
import { NotFoundError } from '../http/meshbatch-error';
import { Database } from '../persistence/database';
import { StoredFileEntity } from './stored-file.entity';

/** The files of an owner's batches. */
@Injectable()
export class FilesService {
  constructor(private readonly database: Database) {}

  /** Throws the same 404 for a file that never was and for somebody else's. */
  async get(ownerId: string, id: string): Promise<StoredFileEntity> {
    const file = isId('file', id) ? await this.database.manager.findOneBy(StoredFileEntity, { id, ownerId }) : null;
    if (!file) throw new NotFoundError();
    return file;
  }
}
