import { text } from 'node:stream/consumers';
import type { BatchEntity } from '../../batches/batch.entity';
import { toMessageBatch } from './message-batch.mapper';
import { toResultRows } from './result-rows';

const AT = new Date(0);
const entry = (id: string, outcome: string) => `{"id":"${id}","custom_id":"${id}","response":${outcome}}\n`;
const neverRan = (code: string) => `null,"error":{"code":"${code}","message":"m"}`;
const ENTRIES = [
  entry('fine', '{"status_code":200,"request_id":null,"body":{}},"error":null'),
  entry('bad', '{"status_code":429,"request_id":null,"body":{}},"error":null'),
  entry('unknown', neverRan('submission_unconfirmed')),
  entry('expired', neverRan('batch_expired')),
  entry('stopped', neverRan('batch_cancelled')),
];

async function* bytes(): AsyncGenerator<Buffer> {
  yield Buffer.from(ENTRIES.join(''));
}

describe('requests that never ran', () => {
  it.each<[string, Partial<BatchEntity>, object]>([
    ['of a batch that was cancelled', { status: 'cancelled', cancellingAt: AT }, { canceled: 2, expired: 0 }],
    ['of a batch that ran out of time', { status: 'expired', cancellingAt: null }, { canceled: 0, expired: 2 }],
    ['where a vendor let them expire', { status: 'completed', cancellingAt: null }, { canceled: 0, expired: 2 }],
    ['of a batch that failed', { status: 'failed', cancellingAt: null }, { canceled: 0, expired: 2 }],
  ])('%s are counted as their rows say', async (_, facts, counts) => {
    const batch = { total: 5, completed: 1, failed: 4, createdAt: AT, expiresAt: AT, ...facts } as BatchEntity;
    const rows = (await text(toResultRows(bytes(), batch))).trimEnd().split('\n');
    const types = rows.map((row) => (JSON.parse(row) as { result: { type: string } }).result.type);
    const shown = toMessageBatch(batch, 2).request_counts;
    expect(shown).toEqual({ processing: 0, succeeded: 1, errored: 2, ...counts });
    const counted = Object.keys(shown).map((type) => [type, types.filter((each) => each === type).length]);
    expect(Object.fromEntries(counted)).toEqual(shown);
  });
});
