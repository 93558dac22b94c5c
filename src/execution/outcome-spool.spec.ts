import { mkdtemp, rm, truncate, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ItemOutcome } from '../providers/contract/adapter';
import { FULL_TIER } from '../../test/support/tier';
import { OutcomeSpool, type SpoolLimits } from './outcome-spool';
import { isSuccess, toTail } from './outcome-tail';

const answered = (statusCode: number, body: string): ItemOutcome => ({
  itemId: 'x',
  response: { statusCode, requestId: 'reqé1', body: Buffer.from(body) },
  error: null,
});
const failed = (code: string, message: string): ItemOutcome => ({
  itemId: 'x',
  response: null,
  error: { code, message },
});

/** Windows share their memory. */
const copyOf = (tail: Buffer | null) => tail && Buffer.from(tail);

const DETAILS = '"prompt_tokens_details":{"cached_tokens":2},"completion_tokens_details":{"reasoning_tokens":3}';

describe('OutcomeSpool', () => {
  let folder: string;
  let count = 0;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'meshbatch-spool-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function withSpool(
    items: number,
    limits: SpoolLimits | undefined,
    work: (spool: OutcomeSpool) => Promise<void>,
  ): Promise<void> {
    const spool = await OutcomeSpool.open(join(folder, `spool-${count++}`), items, limits);
    await work(spool).finally(() => spool.close());
  }

  /** The tail of every item as it is read back, window by window. */
  async function readAll(spool: OutcomeSpool, items: number): Promise<(Buffer | null)[]> {
    const tails: (Buffer | null)[] = [];
    while (tails.length < items) {
      const window = await spool.window(tails.length);
      expect(window.end).toBeGreaterThan(tails.length);
      while (tails.length < window.end) tails.push(copyOf(window.tail(tails.length)));
    }
    return tails;
  }

  it('keeps the first row of each item, in whatever order rows come and wherever runs and windows end', async () => {
    const kind = fc.constantFrom<(at: number, size: number) => ItemOutcome>(
      (at, size) => answered(200, JSON.stringify({ at, pad: 'é'.repeat(size) })),
      (at, size) => answered(400, JSON.stringify({ at, pad: 'x'.repeat(size) })),
      (at) => failed('batch_expired', `late ${at}`),
    );
    const size = fc.constantFrom(0, 1, 50, 3000, 90_000);
    const row = fc.record({ index: fc.nat(19), size, kind });
    // Runs and windows of one outcome, of some, and of all.
    const bytes = fc.constantFrom(1, 200, 500, 5000, 1_000_000);
    const limits = fc.record({ runBytes: bytes, windowBytes: bytes });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 60, size: 'max' }), limits, async (rows, within) => {
        await withSpool(20, within, async (spool) => {
          const first = new Map<number, ItemOutcome>();
          for (const [at, { index, size: wanted, kind: make }] of rows.entries()) {
            const outcome = make(at, wanted);
            expect(spool.add(index, outcome)).toBe(!first.has(index));
            if (!first.has(index)) first.set(index, outcome);
            if (spool.isFull) await spool.flush();
          }
          expect(spool.rows).toBe(first.size);
          const tails = await readAll(spool, 20);
          expect(tails.map(String)).toEqual(
            tails.map((_, index) => (first.has(index) ? toTail(first.get(index)!).toString() : 'null')),
          );
          for (const [index, outcome] of first) {
            expect(spool.succeeded(index)).toBe(isSuccess(outcome));
            expect(spool.neverRan(index)).toBe(outcome.error?.code === 'batch_expired');
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  const items = FULL_TIER ? 1_000_000 : 10_000;
  it(`takes a row of each of ${items} items in no order, and little memory`, async () => {
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const note = () => (most = Math.max(most, process.memoryUsage().arrayBuffers - before));
    await withSpool(items, FULL_TIER ? undefined : { runBytes: 100_000, windowBytes: 100_000 }, async (spool) => {
      for (let at = 0; at < items; at++) {
        const index = (at * 7919) % items;
        spool.add(index, failed('c', `at ${index}.`));
        if (spool.isFull) await spool.flush();
        if (at % 10_000 === 0) note();
      }
      let wrong = 0;
      for (let window = await spool.window(0), index = 0; index < items; index++) {
        if (index === window.end) {
          window = await spool.window(index);
          note();
        }
        if (!window.tail(index)?.includes(`"at ${index}."`)) wrong++;
      }
      expect(wrong).toBe(0);
    });
    expect(most).toBeLessThan(13 * items + 20 * 1024 * 1024);
  });

  it('adds up the usage of first rows only', async () => {
    await withSpool(3, undefined, async (spool) => {
      const used = (tokens: number) =>
        answered(
          200,
          `{"usage":{"prompt_tokens":${tokens},"completion_tokens":1,"total_tokens":${tokens + 1},${DETAILS}}}`,
        );
      spool.add(0, used(10));
      spool.add(0, used(1000));
      spool.add(1, used(20));
      spool.add(2, failed('batch_expired', 'late'));
      const sums = { input_tokens: 30, output_tokens: 2, total_tokens: 32, cached_tokens: 4, reasoning_tokens: 6 };
      expect(spool.usage).toEqual(sums);
    });
  });

  it('fails when the local copy is shorter than what was written', async () => {
    const path = join(folder, `spool-${count}`);
    await withSpool(2, undefined, async (spool) => {
      spool.add(0, answered(200, '{}'));
      spool.add(1, answered(200, '{}'));
      await spool.flush();
      await truncate(path, 10);
      await expect(spool.window(0)).rejects.toThrow('shorter than what was written');
    });
  });

  it('writes at its place what a full disk has cut off before', async () => {
    await withSpool(2, undefined, async (spool) => {
      const { file } = spool as unknown as { file: FileHandle };
      const write = file.write.bind(file);
      file.write = (async (bytes: Uint8Array) => {
        file.write = write;
        await write(bytes, 0, 5, 0);
        throw new Error('ENOSPC');
      }) as never;
      spool.add(1, answered(200, '{"b":1}'));
      spool.add(0, answered(200, '{"a":1}'));
      await expect(spool.flush()).rejects.toThrow('ENOSPC');
      const window = await spool.window(0);
      const outcomes = [answered(200, '{"a":1}'), answered(200, '{"b":1}')];
      expect([0, 1].map((index) => window.tail(index)?.toString())).toEqual(
        outcomes.map((each) => toTail(each).toString()),
      );
    });
  });
});
