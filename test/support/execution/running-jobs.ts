import type { DataSource } from 'typeorm';
import { OwnerEntity } from '../../../src/auth/owner.entity';
import { BatchEntity } from '../../../src/batches/batch.entity';
import { PartEntity } from '../../../src/batches/part.entity';

export interface RunningJobs {
  readonly provider: string;
  readonly batches: number;
  /** Parts of each batch, every one with a job upstream and 10 items; one when left out. */
  readonly parts?: number;
  /** When they are to be polled. */
  readonly dueAt: Date;
}

const ITEMS = 10;
const NO_COUNTS = { total: ITEMS, succeeded: 0, failed: 0 };

/** Stores batches whose parts run upstream, named `<provider>-<n>` and `<provider>-<n>.<ordinal>`, as are their jobs. */
export async function storeRunning(
  rows: DataSource,
  { provider, batches, parts = 1, dueAt }: RunningJobs,
): Promise<void> {
  await rows.manager.upsert(OwnerEntity, { id: 'owner', name: 'owner', createdAt: dueAt }, ['id']);
  const ids = Array.from({ length: batches }, (_, index) => `${provider}-${index}`);
  const batch = {
    ownerId: 'owner',
    status: 'in_progress',
    endpoint: '/v1/chat/completions',
    model: 'm',
    provider,
  } as const;
  const more = { upstreamModel: 'm', completionWindow: '24h', inputFileId: 'file', total: parts * ITEMS };
  const times = { createdAt: dueAt, expiresAt: new Date(dueAt.getTime() + 86_400_000) };
  await rows.manager.insert(
    BatchEntity,
    ids.map((id) => ({ id, ...batch, ...more, ...times })),
  );
  const part = { provider, firstItem: 0, itemCount: ITEMS, inputOffset: 0, inputBytes: 0, state: 'running' } as const;
  const job = { dueAt, remoteState: 'in_progress', remoteCounts: NO_COUNTS } as const;
  const ordinals = Array.from({ length: parts }, (_, ordinal) => ordinal);
  const named = ids.flatMap((batchId) =>
    ordinals.map((ordinal) => ({ id: `${batchId}.${ordinal}`, batchId, ordinal })),
  );
  await rows.manager.insert(
    PartEntity,
    named.map((name) => ({ ...name, ...part, ...job, remoteId: name.id })),
  );
}
