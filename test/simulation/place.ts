import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { LoggerService } from '@nestjs/common';
import { WORLD } from './kernel/actor';
import { migrate } from '../../src/meshbatch/migrate';
import { simulatedDataSource } from './ports/connections';
import { OneSession } from './ports/one-session';
import type { HistoryPlace } from './world/history';
import { TELL_CHANGES } from './world/watch';

export interface OpenPlace extends HistoryPlace {
  close(): Promise<void>;
}

/** Where histories run one after the other: a database in memory, whose tables are emptied before each, and a folder. */
export async function openPlace(log: LoggerService, engine: typeof PGlite): Promise<OpenPlace> {
  const session = await OneSession.open(engine);
  const dataSource = await simulatedDataSource({ owner: WORLD, session, ports: () => null, answered: () => undefined });
  await migrate(dataSource);
  await dataSource.destroy();
  await session.exec(TELL_CHANGES);
  const scratchFolder = await mkdtemp(join(tmpdir(), 'meshbatch-simulation-'));
  const close = async () => {
    await session.close();
    await rm(scratchFolder, { recursive: true, force: true });
  };
  return { session, scratchFolder, log, close };
}
