import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { IngestMetrics } from './ingest-metrics';
import { InsufficientStorageError } from './ingest.errors';
import { INGEST_OPTIONS, type IngestModuleOptions } from './ingest.module-definition';

export const DEFAULT_MIN_FREE_DISK_BYTES = 1024 ** 3;
const LOOK_EVERY_MS = 1_000;

/**
 * Keeps creates from filling the disks that the running batches need for their results: below a floor nothing new is taken. A body
 * without a length may cross the floor before the next look, by what bodies in hand bring.
 */
@Injectable()
export class FreeDisk {
  private readonly logger = new SafeLogger(FreeDisk.name);
  private readonly folders: readonly string[];
  private readonly floor: number;
  private lookedAt = -Infinity;
  private free: Promise<number> = Promise.resolve(Infinity);

  constructor(
    @Inject(INGEST_OPTIONS) { diskFolders = [], minFreeDiskBytes }: IngestModuleOptions,
    private readonly clock: Clock,
    metrics: IngestMetrics,
  ) {
    this.folders = diskFolders;
    this.floor = minFreeDiskBytes ?? DEFAULT_MIN_FREE_DISK_BYTES;
    if (diskFolders.length > 0) metrics.tellOfDisk(async () => ({ free: await this.look(), floor: this.floor }));
  }

  /** Throws {@link InsufficientStorageError} when that many bytes more would leave less than the floor. */
  async assertRoomFor(bytes: number): Promise<void> {
    if ((await this.look()) - bytes < this.floor) throw new InsufficientStorageError();
  }

  /** Bytes on the fullest of the disks, as they were within the last second. */
  private look(): Promise<number> {
    const now = this.clock.now();
    // The clock may have been set back meanwhile.
    if (Math.abs(now - this.lookedAt) < LOOK_EVERY_MS) return this.free;
    this.lookedAt = now;
    this.free = Promise.all(this.folders.map(freeBytes)).then(
      (all) => Math.min(...all),
      (error: unknown) => {
        this.logger.warn({ err: error }, 'The free space of a disk could not be read');
        return Infinity;
      },
    );
    return this.free;
  }
}

/** For a folder that is not made yet, on the disk where it would be. */
async function freeBytes(folder: string): Promise<number> {
  const path = resolve(folder);
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    return freeBytes(dirname(path));
  }
}

/** Whether something could not be written since its disk, or what its user may have of it, is full. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | null)?.code ?? '');
}
