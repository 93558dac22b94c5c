import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { ManualClock } from '../../test/support/manual-clock';
import { Metrics } from '../metrics/metrics';
import { FreeDisk } from './free-disk';
import { IngestMetrics } from './ingest-metrics';
import { InsufficientStorageError } from './ingest.errors';

const MIB = 1024 * 1024;

jest.mock('node:fs/promises', () => {
  const real = jest.requireActual<object>('node:fs/promises');
  return { ...real, statfs: jest.fn((real as { statfs: typeof statfs }).statfs) };
});

describe('FreeDisk', () => {
  const looks = jest.mocked(statfs);
  let clock: ManualClock;
  let metrics: Metrics;
  let folder: string;

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(async () => {
    [clock, folder] = [new ManualClock(), await mkdtemp(join(tmpdir(), 'meshbatch-disk-'))];
    metrics = new Metrics({}, clock);
    looks.mockClear();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const diskOf = (options: { diskFolders?: string[]; minFreeDiskBytes?: number }) =>
    new FreeDisk(options, clock, new IngestMetrics(metrics));

  function has(bytes: number): void {
    looks.mockResolvedValue({ bavail: bytes / 1024, bsize: 1024 } as Awaited<ReturnType<typeof statfs>>);
  }

  const refusal = { code: 'insufficient_storage', extras: { retry_after_seconds: 60 } };

  it('refuses what would cross the floor, and tells at a scrape how much there is', async () => {
    has(10 * MIB);
    const disk = diskOf({ diskFolders: [folder], minFreeDiskBytes: 8 * MIB });
    await disk.assertRoomFor(2 * MIB);
    await expect(disk.assertRoomFor(2 * MIB + 1)).rejects.toMatchObject(refusal);
    const scrape = await metrics.registry.metrics();
    expect(scrape).toContain(`meshbatch_disk_free_bytes ${10 * MIB}`);
    expect(scrape).toContain(`meshbatch_disk_floor_bytes ${8 * MIB}`);
  });

  it('looks once a second, at the fullest of its disks', async () => {
    has(10 * MIB);
    const disk = diskOf({ diskFolders: [folder, '/'], minFreeDiskBytes: 8 * MIB });
    await Promise.all([disk.assertRoomFor(0), disk.assertRoomFor(0)]);
    has(MIB);
    await clock.forward(900, 100);
    await disk.assertRoomFor(0);
    expect(looks).toHaveBeenCalledTimes(2);
    await clock.forward(100, 100);
    looks.mockResolvedValueOnce({ bavail: 1e9, bsize: 4096 } as Awaited<ReturnType<typeof statfs>>);
    await expect(disk.assertRoomFor(0)).rejects.toBeInstanceOf(InsufficientStorageError);
  });

  it('looks at the real disk, also of a folder that is not made yet', async () => {
    looks.mockImplementation(jest.requireActual<{ statfs: typeof statfs }>('node:fs/promises').statfs);
    const there = [join(folder, 'not/made')];
    await diskOf({ diskFolders: there, minFreeDiskBytes: 1 }).assertRoomFor(0);
    const all = diskOf({ diskFolders: there, minFreeDiskBytes: Number.MAX_SAFE_INTEGER });
    await expect(all.assertRoomFor(0)).rejects.toBeInstanceOf(InsufficientStorageError);
  });

  it('takes what it cannot see for free, and has no floor without a disk', async () => {
    looks.mockRejectedValue(Object.assign(new Error('not here'), { code: 'ENOSYS' }));
    await diskOf({ diskFolders: [folder] }).assertRoomFor(1e15);
    await diskOf({}).assertRoomFor(1e15);
  });
});
