import type { DataSource } from 'typeorm';
import { SystemClock } from '../../src/common/clock';
import { Ids } from '../../src/common/ids';
import { SystemRandom } from '../../src/common/random';
import { BatchEntity } from '../../src/batches/batch.entity';
import { PartEntity } from '../../src/batches/part.entity';
import { OwnerEntity } from '../../src/auth/owner.entity';

const AT_ONCE = 500;
const DAY_MS = 86_400_000;

/** Puts `count` batches into the tables as they are while their only part runs at OpenAI, due one after another over an interval. */
export async function seedRunning(rows: DataSource, count: number, intervalMs: number): Promise<void> {
  const clock = new SystemClock();
  const ids = new Ids(clock, new SystemRandom());
  const createdAt = new Date(clock.now());
  const owner = { id: ids.next('owner'), name: 'followed', batchLimit: null, createdAt };
  await rows.manager.insert(OwnerEntity, owner);
  for (let first = 0; first < count; first += AT_ONCE) {
    const batches = Array.from({ length: Math.min(AT_ONCE, count - first) }, () =>
      batchOf(ids.next('batch'), owner.id, createdAt),
    );
    await rows.manager.insert(BatchEntity, batches);
    const parts = batches.map(({ id }, at) => {
      const index = first + at;
      const dueAt = new Date(createdAt.getTime() + (index * intervalMs) / count);
      return { ...partOf(ids.next('part'), id, createdAt), dueAt, remoteId: `batch_open${index}` };
    });
    await rows.manager.insert(PartEntity, parts);
  }
  await rows.query('ANALYZE');
}

function batchOf(id: string, ownerId: string, createdAt: Date) {
  return {
    ...{ id, ownerId, status: 'in_progress' as const, endpoint: '/v1/chat/completions' as const },
    ...{ model: 'openai/gpt-4o-mini', provider: 'openai', upstreamModel: 'gpt-4o-mini', completionWindow: '24h' },
    ...{ inputFileId: id.replace('batch_', 'file_'), total: 1, createdAt, inProgressAt: createdAt },
    expiresAt: new Date(createdAt.getTime() + DAY_MS),
  };
}

function partOf(id: string, batchId: string, createdAt: Date) {
  return {
    ...{ id, batchId, ordinal: 0, provider: 'openai', firstItem: 0, itemCount: 1, inputOffset: 0, inputBytes: 500 },
    ...{ state: 'running' as const, attempts: 1, attemptToken: id.slice(-8).toLowerCase(), attemptBegunAt: createdAt },
    ...{ stagedAt: createdAt, inputId: 'file-1', createSentAt: createdAt, remoteState: 'in_progress' as const },
    remoteCounts: { total: 1, succeeded: 0, failed: 0 },
  };
}
