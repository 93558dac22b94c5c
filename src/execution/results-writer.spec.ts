import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { BatchInput } from '../batches/batch-input';
import type { PartEntity } from '../batches/part.entity';
import { LocalBlobStore } from '../blobs/local/local-blob-store';
import { SystemClock } from '../common/clock';
import { Ids } from '../common/ids';
import { SystemRandom } from '../common/random';
import { SegmentReader } from '../files/segment-reader';
import type { ItemOutcome } from '../providers/contract/adapter';
import { OutcomeSpool } from './outcome-spool';
import { isSuccess, toTail } from './outcome-tail';
import { ResultsWriter } from './results-writer';

const ids = new Ids(new SystemClock(), new SystemRandom());

const NOT_RUN = 'The batch was cancelled before this request ran.';
const PART = {
  id: 'part_1',
  batchId: 'batch_B',
  ordinal: 2,
  firstItem: 10,
  itemCount: 4,
  excluded: [],
  failedWhole: false,
  errors: [],
  remoteId: 'r',
  remoteState: 'cancelled',
  stopReason: 'cancelled',
  createSentAt: new Date(0),
} as unknown as PartEntity;

describe('ResultsWriter', () => {
  let folder: string;
  let blobs: LocalBlobStore;
  let spool: OutcomeSpool;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshbatch-results-'));
    blobs = new LocalBlobStore(join(folder, 'blobs'), ids);
    spool = await OutcomeSpool.open(join(folder, 'spool'), 4);
  });
  afterEach(async () => {
    await spool.close();
    await rm(folder, { recursive: true, force: true });
  });

  const write = (part: PartEntity, customIds: readonly string[], fence = 3) => {
    const itemGroups = async function* () {
      for (let from = 0; from < customIds.length; from += 3)
        yield customIds.slice(from, from + 3).map((id) => ({ customIdJson: Buffer.from(id) }));
    };
    return new ResultsWriter(blobs, { itemGroups } as unknown as BatchInput).write(part, spool, fence);
  };
  const body = (text: string) => ({ statusCode: 200, requestId: null, body: Buffer.from(text) });
  async function lines(result: Awaited<ReturnType<typeof write>>, view: 'all' | 'succeeded' | 'failed') {
    const { key, indexKey, bytes, succeededBytes, failedBytes } = result.results;
    const length = { all: bytes, succeeded: succeededBytes, failed: failedBytes }[view];
    let text = '';
    for await (const chunk of new SegmentReader(blobs).read([{ key, indexKey, view, bytes: length }]))
      text += String(chunk);
    expect(text.length).toBe(length);
    return text.split('\n').slice(0, -1);
  }

  it('writes one entry an item, in the order of the items, and counts', async () => {
    spool.add(3, { itemId: '', response: body('{"n":1.10}'), error: null });
    spool.add(0, { itemId: '', response: { ...body('{"error":{}}'), statusCode: 400 }, error: null });
    spool.add(1, { itemId: '', response: null, error: { code: 'batch_cancelled', message: 'm' } });
    const result = await write(PART, ['"a"', '"b"', '"\\u0063"', '"d"']);
    expect(result).toMatchObject({ succeeded: 1, failed: 3, notRun: 2, errors: [] });
    expect(result.results.key).toBe('batches/batch_B/parts/2/results-3.jsonl');
    const all = await lines(result, 'all');
    expect(all.map((line) => JSON.parse(line) as object)).toMatchObject([
      { id: 'batch_req_B_10', custom_id: 'a', response: { status_code: 400 }, error: null },
      { id: 'batch_req_B_11', custom_id: 'b', response: null, error: { code: 'batch_cancelled' } },
      { id: 'batch_req_B_12', custom_id: 'c', response: null, error: { code: 'batch_cancelled' } },
      { id: 'batch_req_B_13', custom_id: 'd', response: { status_code: 200, body: { n: 1.1 } }, error: null },
    ]);
    expect(all[2]).toContain('"custom_id":"\\u0063"');
    expect(all[3]).toContain('"body":{"n":1.10}');
    expect(await lines(result, 'succeeded')).toEqual([all[3]]);
    expect(await lines(result, 'failed')).toEqual(all.slice(0, 3));
  });

  it('does not count as never run what failed on its own or is missing from a completed job', async () => {
    spool.add(0, { itemId: '', response: null, error: { code: 'provider_error', message: 'm' } });
    const completed = { ...PART, remoteState: 'completed' } as PartEntity;
    const result = await write(completed, ['"a"', '"b"', '"c"', '"d"']);
    expect(result).toMatchObject({ succeeded: 0, failed: 4, notRun: 0 });
    expect(await lines(result, 'all')).toEqual([
      expect.stringContaining('"provider_error"'),
      ...Array.from({ length: 3 }, () => expect.stringContaining('"missing_result"') as string),
    ]);
  });

  it('names the line of the batch and the item in the errors of a refused part', async () => {
    const errors = [
      { code: 'invalid_url', message: 'Bad.', line: 2 },
      { code: 'other', message: 'Worse.' },
    ];
    const refused = { ...PART, failedWhole: true, remoteState: 'failed', errors } as unknown as PartEntity;
    const result = await write(refused, ['"a"', '"\\u0062"', '"c"', '"d"']);
    expect(result.errors).toEqual([{ code: 'invalid_url', message: 'Bad.', line: 12, item: 'b' }, errors[1]]);
    expect((await lines(result, 'all'))[1]).toContain('"error":{"code":"invalid_url","message":"Bad."}');
    expect(errors[0]).toEqual({ code: 'invalid_url', message: 'Bad.', line: 2 });
  });

  it('ends a batch whose failures talk of bearer tokens', async () => {
    const told = { ...body('{"error":{"message":"Invalid Bearer token"}}'), statusCode: 401 };
    spool.add(0, { itemId: '', response: told, error: null });
    const result = await write(PART, ['"a"', '"b"', '"c"', '"d"']);
    for (const line of await lines(result, 'all')) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('stores nothing when the input is not as long as the part', async () => {
    await expect(write(PART, ['"a"'])).rejects.toThrow('has 1 items');
    await expect(write(PART, ['"a"', '"b"', '"c"', '"d"', '"e"'])).rejects.toThrow('more items than the part');
    await expect(blobs.size('batches/batch_B/parts/2/results-3.jsonl')).rejects.toThrow('No blob');
  });

  it('writes beside what an earlier holder of the lease wrote', async () => {
    const first = await write(PART, ['"a"', '"b"', '"c"', '"d"'], 1);
    const second = await write(PART, ['"e"', '"f"', '"g"', '"h"'], 2);
    expect((await lines(first, 'all'))[0]).toContain('"custom_id":"a"');
    expect((await lines(second, 'all'))[0]).toContain('"custom_id":"e"');
  });

  it('writes the same file whatever the order of the rows, and wherever runs and windows end', async () => {
    const row = fc.record({ index: fc.nat(29), size: fc.nat(300), statusCode: fc.constantFrom(200, 200, 400, null) });
    const bytes = fc.constantFrom(1, 300, 2000);
    const items = { ...PART, firstItem: 0, itemCount: 30 };
    const customIds = Array.from({ length: 30 }, (_, index) => `"i${index}"`);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 60 }), bytes, bytes, async (rows, runBytes, windowBytes) => {
        await spool.close();
        spool = await OutcomeSpool.open(join(folder, 'spool'), 30, { runBytes, windowBytes });
        const first = new Map<number, ItemOutcome>();
        for (const [at, { index, size, statusCode }] of rows.entries()) {
          const response = statusCode && { ...body(JSON.stringify({ at, pad: 'x'.repeat(size) })), statusCode };
          const error = response ? null : { code: 'batch_expired', message: `late ${at}` };
          const outcome = { itemId: '', response: response || null, error };
          if (!first.has(index)) first.set(index, outcome);
          spool.add(index, outcome);
          if (spool.isFull) await spool.flush();
        }
        const lost = toTail({ response: null, error: { code: 'batch_cancelled', message: NOT_RUN } });
        const wanted = customIds.map((id, index) => {
          const tail = first.has(index) ? toTail(first.get(index)!) : lost;
          return `{"id":"batch_req_B_${index}","custom_id":${id},${tail.toString().trimEnd()}`;
        });
        const result = await write(items, customIds);
        expect(await lines(result, 'all')).toEqual(wanted);
        const succeeded = [...first.values()].filter(isSuccess).length;
        const ran = [...first.values()].filter(({ response }) => response).length;
        expect(result).toMatchObject({ succeeded, failed: 30 - succeeded, notRun: 30 - ran });
      }),
      { numRuns: 40 },
    );
  });
});
