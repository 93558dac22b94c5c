import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Ids } from '../common/ids';
import { Database } from '../persistence/database';
import type { StagedLines } from '../providers/contract/adapter';
import { EXECUTION_OPTIONS, type ExecutionModuleOptions } from './execution.module-definition';

/** Files that live as long as one step; a process's own folder, removed when it ends. */
@Injectable()
export class Scratch implements OnModuleInit, OnApplicationShutdown {
  private readonly parent: string;
  private readonly folder: string;

  constructor(
    @Inject(EXECUTION_OPTIONS) private readonly options: ExecutionModuleOptions,
    private readonly ids: Ids,
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
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
  }

  async onApplicationShutdown(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs `work` with the path of a file that is removed afterwards. */
  async withFile<T>(work: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.folder, this.ids.next('file'));
    try {
      return await work(path);
    } finally {
      await rm(path, { force: true });
    }
  }
}

/** Encoded lines in a scratch file. */
export function stagedLines(path: string, bytes: number): StagedLines {
  return { bytes, open: () => createReadStream(path, { highWaterMark: 256 * 1024 }) };
}
