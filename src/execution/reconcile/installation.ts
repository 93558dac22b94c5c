import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { BlobNotFoundError, BlobStore } from '../../blobs/blob-store';
import { Ids } from '../../common/ids';
import { SafeLogger } from '../../common/safe-logger';
import { Database } from '../../persistence/database';
import { InstallationEntity } from './installation.entity';
import { UnnamedBlobs } from './unnamed-blobs';

/** A blob of its own, beside all batches. */
const MARK = 'installation';
const NAME = 'blobs';

/**
 * Whether the blobs are this database's. A bucket or folder that two databases have in common, or one that was started on a wrong
 * database, holds blobs that no row of ours names, and which are somebody's all the same.
 */
@Injectable()
export class Installation {
  private readonly logger = new SafeLogger(Installation.name);

  constructor(
    private readonly database: Database,
    private readonly blobs: BlobStore,
    private readonly unnamed: UnnamedBlobs,
    private readonly ids: Ids,
  ) {}

  /** Whether the mark among the blobs is that of this database. */
  async isOurs(): Promise<boolean> {
    const row = await this.database.manager.findOneBy(InstallationEntity, { name: NAME });
    return row !== null && (await this.mark()) === row.id;
  }

  /** Marks blobs that bear no mark as this database's, if each of them is named by a row. */
  async claim(signal: AbortSignal): Promise<void> {
    if ((await this.mark()) !== null) return;
    for await (const { key } of this.unnamed.find(() => true, signal)) {
      return this.logger.warn(
        { key },
        'There are blobs that this database does not name: they may be another’s, and none is removed',
      );
    }
    if (signal.aborted) return;
    const row = { name: NAME, id: this.ids.next('installation') };
    await this.database.manager.createQueryBuilder().insert().into(InstallationEntity).values(row).orIgnore().execute();
    const { id } = await this.database.manager.findOneByOrFail(InstallationEntity, { name: NAME });
    await this.blobs.write(MARK, Readable.from([Buffer.from(id)]));
  }

  private async mark(): Promise<string | null> {
    try {
      return await text(await this.blobs.read(MARK));
    } catch (error) {
      if (error instanceof BlobNotFoundError) return null;
      throw error;
    }
  }
}
