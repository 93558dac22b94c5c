import type { PartEntity } from '../../../src/batches/part.entity';
import type { StoredFileEntity } from '../../../src/files/stored-file.entity';
import { readInput, readOutcomes, type FoundOutcome, type GivenItem } from './outcomes';
import { judgePurchases } from './purchases';
import type { Clients } from './clients';
import type { Watch } from './watch';
import type { World } from './world';

type PartRow = Pick<PartEntity, 'id' | 'results'> & {
  readonly batch_id: string;
  readonly remote_id: string | null;
  readonly first_item: number;
  readonly item_count: number;
  readonly is_late: boolean;
};

/** A part that has ended, and what became of its items. */
export interface JudgedPart {
  readonly id: string;
  readonly batchId: string;
  readonly remoteId: string | null;
  readonly firstItem: number;
  readonly items: readonly GivenItem[];
  readonly outcomes: readonly FoundOutcome[];
  /** Whether the deadline of its batch passed. */
  readonly isLate: boolean;
}

/** Judges a history that has come to its end: every item one outcome of its own, and nothing paid for twice or thrown away. */
export async function judge(world: World, watch: Watch, clients: Clients): Promise<void> {
  for (const id of clients.accepted.values())
    if (!watch.batches.has(id)) watch.violate(`${id} was accepted and is lost`);
  const parts = await readParts(world, watch);
  judgeItems(watch, parts);
  await judgeFiles(world, watch);
  judgePurchases(world, watch, parts);
}

async function readParts({ session, blobs }: World, watch: Watch): Promise<JudgedPart[]> {
  const rows = await session.ask<PartRow>(`SELECT p.*, b.deadline_passed_at IS NOT NULL AS is_late
    FROM meshbatch_parts p JOIN meshbatch_batches b ON b.id = p.batch_id ORDER BY p.batch_id, p.ordinal`);
  const inputs = new Map([...watch.batches.keys()].map((id) => [id, readInput(blobs, id)]));
  return rows.map((row) => ({
    id: row.id,
    batchId: row.batch_id,
    remoteId: row.remote_id,
    items: inputs.get(row.batch_id)?.slice(row.first_item, row.first_item + row.item_count) ?? [],
    firstItem: row.first_item,
    outcomes: readOutcomes(blobs, row.results),
    isLate: row.is_late,
  }));
}

/** Each item of each batch has one outcome, in its place and under its own `custom_id`; an answer is to its own request. */
function judgeItems(watch: Watch, parts: readonly JudgedPart[]): void {
  for (const part of parts) {
    const { id, items, outcomes } = part;
    if (outcomes.length !== items.length) watch.violate(`${id} has ${outcomes.length} outcomes of ${items.length}`);
    items.forEach(({ customId, prompt }, index) => {
      const outcome = outcomes[index];
      if (outcome?.customId !== customId) return watch.violate(`${id} has no outcome of ${customId} in its place`);
      if (outcome.echo !== null && outcome.echo !== prompt) {
        watch.violate(`${id} answers ${customId} with "${outcome.echo}", which answers another request`);
      }
    });
  }
  for (const { id, total, completed } of watch.batches.values()) {
    const outcomes = parts.filter(({ batchId }) => batchId === id).flatMap((part) => part.outcomes);
    const succeeded = outcomes.filter(({ status }) => status === 200).length;
    if (outcomes.length !== total) watch.violate(`${id} has ${outcomes.length} outcomes of ${total}`);
    if (succeeded !== completed) watch.violate(`${id} counts ${completed} successes of ${succeeded}`);
  }
}

/** Whatever a row names is stored. */
async function judgeFiles({ session, blobs }: World, watch: Watch): Promise<void> {
  const files = await session.ask<Pick<StoredFileEntity, 'id' | 'segments'>>(
    'SELECT id, segments FROM meshbatch_files',
  );
  for (const { id, segments } of files) {
    const keys = segments.flatMap(({ key, indexKey }) => (indexKey === null ? [key] : [key, indexKey]));
    for (const key of keys) if (!blobs.has(key)) watch.violate(`${id} has lost its blob ${key}`);
  }
}
