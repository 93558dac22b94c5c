import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { modifiedAt, namesIn } from '../common/folder-walk';
import { Clock } from '../common/clock';
import { Ids, isId } from '../common/ids';
import { Database } from '../persistence/database';
import type { StagedLines } from '../providers/contract/adapter';
import { EXECUTION_OPTIONS, type ExecutionModuleOptions } from './execution.module-definition';

const OLD_MS = 48 * 3_600_000;

/** Files that live as long as one step; a process's own folder, removed when it ends. */
@Injectable()
export class Scratch implements OnModuleInit, OnApplicationShutdown {
  private readonly parent: string;
  private readonly folder: string;

  constructor(
    @Inject(EXECUTION_OPTIONS) private readonly options: ExecutionModuleOptions,
    private readonly ids: Ids,
    private readonly clock: Clock,
    private readonly database: Database,
  ) {
    this.parent = options.scratchFolder ?? join(tmpdir(), 'meshbatch-scratch');
    this.folder = join(this.parent, ids.next('worker'));
  }

  async onModuleInit(): Promise<void> {
    if (this.options.work === false) return;
    // What a killed process left; where others may be working, theirs is not ours to remove.
    if (this.database.facts.embedded && this.options.scratchFolder !== undefined)
      await rm(this.parent, { recursive: true, force: true });
    await this.removeOldFolders();
    await this.makeFolder();
  }

  async onApplicationShutdown(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs `work` with the path of a file that is removed afterwards. */
  async withFile<T>(work: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.folder, this.ids.next('file'));
    await this.makeFolder();
    try {
      return await work(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Each time, since another process takes it away when it has not been used for long. */
  private async makeFolder(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
  }

  /** Of other processes that were killed: no step takes as long as these have not been touched. */
  private async removeOldFolders(): Promise<void> {
    for (const name of await namesIn(this.parent)) {
      const touched = await modifiedAt(join(this.parent, name));
      const isOld = touched !== null && touched.getTime() < this.clock.now() - OLD_MS;
      if (isOld && isId('worker', name)) await rm(join(this.parent, name), { recursive: true, force: true });
    }
  }
}

/** Encoded lines in a scratch file. */
export function stagedLines(path: string, bytes: number): StagedLines {
  return { bytes, open: () => createReadStream(path, { highWaterMark: 256 * 1024 }) };
}
