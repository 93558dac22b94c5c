import type { DataSource } from 'typeorm';
import { MovableClock } from '../../test/support/execution/movable-clock';
import { storeRunning } from '../../test/support/execution/running-jobs';
import { openRows } from '../../test/support/postgres/open-rows';
import { testDatabase } from '../../test/support/postgres/test-database';
import { serverDatabase, type TestDatabase } from '../../test/support/postgres/test-databases';
import { Ids } from '../common/ids';
import { SystemRandom } from '../common/random';
import { AuditStore } from './audit.store';
import { PartEntity } from './part.entity';
import { PartsStore } from './parts.store';

const MINUTE = 60_000;
const BACKLOG = 12;

describe('parts that want a step', () => {
  const clock = new MovableClock();
  let opened: TestDatabase;
  let rows: DataSource;

  beforeAll(async () => {
    opened = await serverDatabase();
    rows = await openRows(opened);
    const ago = (minutes: number) => new Date(clock.now() - minutes * MINUTE);
    await storeRunning(rows, { provider: 'acme', batches: 1, parts: BACKLOG, dueAt: ago(30) });
    await rows.manager.update(PartEntity, { provider: 'acme' }, { state: 'queued' });
    await storeRunning(rows, { provider: 'beta', batches: 1, parts: 3, dueAt: ago(2) });
    await rows.manager.update(PartEntity, { id: 'beta-0.0' }, { state: 'collecting' });
    const sent = { state: 'submitting', createSentAt: ago(3) } as const;
    await rows.manager.update(PartEntity, { id: 'beta-0.1' }, sent);
    await rows.manager.update(PartEntity, { id: 'beta-0.2' }, { state: 'needs_operator', stopReason: 'cancelled' });
  });
  afterAll(async () => {
    await rows?.destroy();
    await opened?.close();
  });

  const providersOf = (ids: readonly { id: string }[]) => ids.map(({ id }) => id.split('-')[0]).sort();

  it('are found in every state, however many wait in another since longer', async () => {
    const parts = new PartsStore(testDatabase(rows), clock, new Ids(clock, new SystemRandom()));
    expect(providersOf(await parts.listDue(2, []))).toEqual(['acme', 'acme', 'beta', 'beta', 'beta']);
    expect(providersOf(await parts.listDue(2, ['acme']))).toEqual(['beta', 'beta', 'beta']);
  });

  it('are overdue in every state alike', async () => {
    const audit = new AuditStore(testDatabase(rows), clock);
    expect(providersOf(await audit.overdueParts(MINUTE, 2))).toEqual(['acme', 'acme', 'beta', 'beta', 'beta']);
  });
});
