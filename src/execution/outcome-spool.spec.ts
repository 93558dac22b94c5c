import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ItemOutcome } from '../providers/contract/adapter';
import { isSuccess, OutcomeSpool, toTail } from './outcome-spool';

const answered = (statusCode: number, body: string): ItemOutcome => ({
  itemId: 'x',
  response: { statusCode, requestId: 'req"1', body: Buffer.from(body) },
  error: null,
});
const failed = (code: string, message: string): ItemOutcome => ({
  itemId: 'x',
  response: null,
  error: { code, message },
});
const parse = (tail: Buffer) =>
  JSON.parse(`{${tail.toString()}`) as { response: { status_code: number; body: unknown } | null; error: unknown };

describe('OutcomeSpool', () => {
  let folder: string;
  let count = 0;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'meshbatch-spool-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function withSpool(items: number, work: (spool: OutcomeSpool) => Promise<void>): Promise<void> {
    const spool = await OutcomeSpool.open(join(folder, `spool-${count++}`), items);
    await work(spool).finally(() => spool.close());
  }

  it('keeps the first row of each item, in whatever order rows come and are read', async () => {
    const row = fc.record({ index: fc.nat(9), size: fc.constantFrom(1, 50, 400_000), ok: fc.boolean() });
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 0]);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 14 }), order, async (rows, reads) => {
        await withSpool(10, async (spool) => {
          const first = new Map<number, ItemOutcome>();
          for (const [at, { index, size, ok }] of rows.entries()) {
            const outcome = answered(ok ? 200 : 400, JSON.stringify({ at, pad: 'x'.repeat(size) }));
            expect(await spool.add(index, outcome)).toBe(!first.has(index));
            if (!first.has(index)) first.set(index, outcome);
            // A read between two rows must not disturb what is held back.
            if (at % 3 === 0) expect((await spool.read(index))?.tail.equals(toTail(first.get(index)!))).toBe(true);
          }
          expect(spool.rows).toBe(first.size);
          for (const index of reads) {
            const [found, wanted] = [await spool.read(index), first.get(index)];
            expect(found === null).toBe(wanted === undefined);
            if (!found || !wanted) continue;
            expect(found.tail.equals(toTail(wanted))).toBe(true);
            expect(found.succeeded).toBe(isSuccess(wanted));
          }
        });
      }),
      { seed: 20281, numRuns: 40 },
    );
  });

  it('adds up the usage of first rows only', async () => {
    await withSpool(3, async (spool) => {
      const used = (tokens: number) =>
        answered(200, `{"usage":{"prompt_tokens":${tokens},"completion_tokens":1,"total_tokens":${tokens + 1}}}`);
      await spool.add(0, used(10));
      await spool.add(0, used(1000));
      await spool.add(1, used(20));
      await spool.add(2, failed('batch_expired', 'late'));
      expect(spool.usage).toEqual({ input_tokens: 30, output_tokens: 2, total_tokens: 32 });
    });
  });
});

describe('isSuccess', () => {
  it.each([
    [199, false],
    [200, true],
    [299, true],
    [300, false],
    [400, false],
    [500, false],
  ])('of status %d is %s', (status, success) => {
    expect(isSuccess(answered(status, '{}'))).toBe(success);
    expect(isSuccess({ ...answered(status, '{}'), error: { code: 'c', message: 'm' } })).toBe(false);
  });

  it('is false without a response', () => {
    expect(isSuccess({ response: null, error: null })).toBe(false);
  });
});

describe('toTail', () => {
  const SECRETS = 'key sk-proj-abcdefgh12345678 of org-AbCdEf123456 at https://x.example/f?sig=abc';

  it('keeps the bytes of a success, whatever they hold', () => {
    const body = `{"n":12345678901234567890,"m":1.10,"t":${JSON.stringify(SECRETS)}}`;
    const tail = toTail(answered(200, body)).toString();
    expect(tail).toBe(`"response":{"status_code":200,"request_id":"req\\"1","body":${body}},"error":null}\n`);
  });

  it('takes secrets out of the reason of a failure', () => {
    const tail = toTail(answered(401, JSON.stringify({ error: { message: SECRETS } })));
    expect(tail.toString()).not.toMatch(/abcdefgh1234|AbCdEf123456|sig=abc/);
    expect(parse(tail)).toMatchObject({ response: { status_code: 401 }, error: null });
    expect(parse(toTail(failed('c', SECRETS))).error).toMatchObject({ code: 'c' });
    expect(toTail(failed('c', SECRETS)).toString()).not.toMatch(/abcdefgh1234|AbCdEf123456|sig=abc/);
  });

  // The writer parses the tails of failures: one that is not JSON would keep its batch from ever ending.
  it.each([
    { error: { message: 'Invalid Bearer token' } },
    { error: { message: 'Use "Authorization: Bearer" here', code: null }, n: 1 },
    { error: { message: 'You sent Bearer sk-abcdefgh12345678', type: 'x' } },
    { error: { message: `${SECRETS}\nand https://x.example/?a\\"b` } },
    { 'org-abcdef1': ['sk-abcdefgh12345678', 'https://x.example/?'] },
  ])('leaves the body of a failure valid JSON: %j', (body) => {
    expect(Object.keys(parse(toTail(answered(400, JSON.stringify(body)))).response?.body as object)).toHaveLength(
      Object.keys(body).length,
    );
  });
});
