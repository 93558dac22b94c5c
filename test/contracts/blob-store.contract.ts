import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BlobNotFoundError, type BlobStore } from '../../src/blobs/blob-store';
import { BlobFolders } from '../../src/files/blob-folders';
import { runInTransactionContext } from '../../src/persistence/transaction-context';

const MIB = 1024 * 1024;

/** Follows how far the memory of this process, garbage not counted, rises above what it was. */
export class MemoryWatch {
  private readonly collectGarbage: () => void;
  private readonly base: number;
  private peak = 0;

  constructor() {
    setFlagsFromString('--expose-gc');
    this.collectGarbage = runInNewContext('gc') as () => void;
    this.base = this.used();
  }

  sample(): void {
    this.peak = Math.max(this.peak, this.used() - this.base);
  }

  get peakMiB(): number {
    return this.peak / MIB;
  }

  private used(): number {
    // Twice, since the first pass only marks some buffers for the second to free.
    this.collectGarbage();
    this.collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }
}

async function* bytes(...chunks: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function* failing(...chunks: string[]): AsyncGenerator<Buffer> {
  yield* bytes(...chunks);
  throw new Error('the source failed');
}

/** Writes that have begun and do not end until they are told to: their store may take them away. */
class HeldWrites {
  private readonly writes: Promise<unknown>[] = [];
  private goOn: () => void = () => undefined;
  private readonly held = new Promise<void>((resolve) => (this.goOn = resolve));

  constructor(
    private readonly store: BlobStore,
    private readonly mib: number,
  ) {}

  /** Resolves once as much of each was taken as makes the store begin to write. */
  async begin(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await new Promise<void>((begun) => {
        const source = async function* (this: HeldWrites) {
          for (let chunk = 0; chunk < this.mib; chunk++) yield Buffer.alloc(MIB);
          yield Buffer.from('x');
          begun();
          await this.held;
        };
        this.writes.push(this.store.write(key, source.call(this)));
      });
    }
  }

  /** How each ended. */
  async end(): Promise<PromiseSettledResult<unknown>['status'][]> {
    this.goOn();
    return (await Promise.allSettled(this.writes)).map(({ status }) => status);
  }
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}

/** What the product relies on in a place for blobs, whichever kind it is; of a large one it may hold `peakMiB` at a time. A write shows as unfinished once
 * it was given `unfinishedMiB` and a byte. */
export function describeBlobStore(
  name: string,
  make: () => Promise<{ store: BlobStore; close(): Promise<void> | void }>,
  { largeMiB = 64, peakMiB = 24, unfinishedMiB = 0 } = {},
): void {
  describe(name, () => {
    let store: BlobStore;
    let close: () => Promise<void> | void;
    beforeAll(async () => ({ store, close } = await make()));
    afterAll(() => close());

    async function textOf(...args: Parameters<BlobStore['read']>): Promise<string> {
      const chunks: Buffer[] = [];
      for await (const chunk of (await store.read(...args)) as AsyncIterable<Buffer>) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    }

    it('gives back what was written, and its length', async () => {
      expect(await store.write('a/b-1_2.x/c.jsonl', bytes('héllo ', '', 'world'))).toBe(12);
      expect([await textOf('a/b-1_2.x/c.jsonl'), await store.size('a/b-1_2.x/c.jsonl')]).toEqual(['héllo world', 12]);
    });

    it('keeps an empty blob, which is not a missing one', async () => {
      expect(await store.write('empty', bytes())).toBe(0);
      expect([await textOf('empty'), await store.size('empty')]).toEqual(['', 0]);
      expect(await textOf('empty', { start: 0, end: 9 })).toBe('');
    });

    it('replaces a blob as a whole, and a reader of the old one reads on', async () => {
      const large = Buffer.alloc(3 * MIB, 'o');
      await store.write('replaced', bytes(large));
      const old = (await store.read('replaced'))[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      let read = ((await old.next()).value as Buffer).length;
      expect(await store.write('replaced', bytes('new'))).toBe(3);
      expect(await textOf('replaced')).toBe('new');
      for (let next = await old.next(); !next.done; next = await old.next()) read += next.value.length;
      expect(read).toBe(large.length);
    });

    it('leaves nothing when the source throws, and what was there before', async () => {
      await expect(store.write('broken', failing('half'))).rejects.toThrow('the source failed');
      await expect(store.size('broken')).rejects.toBeInstanceOf(BlobNotFoundError);
      await store.write('kept', bytes('before'));
      await expect(store.write('kept', failing('ha', 'lf'))).rejects.toThrow('the source failed');
      expect(await textOf('kept')).toBe('before');
    });

    it('shows a blob only once it is whole', async () => {
      let goOn = (): void => undefined;
      const held = new Promise<void>((resolve) => (goOn = resolve));
      let begun = (): void => undefined;
      const started = new Promise<void>((resolve) => (begun = resolve));
      const writing = store.write(
        'slow',
        (async function* () {
          yield Buffer.from('first ');
          begun();
          await held;
          yield Buffer.from('second');
        })(),
      );
      await started;
      await expect(store.read('slow')).rejects.toBeInstanceOf(BlobNotFoundError);
      goOn();
      await writing;
      expect(await textOf('slow')).toBe('first second');
    });

    it.each([
      [0, 9, '0123456789'],
      [0, 0, '0'],
      [3, 5, '345'],
      [9, 9, '9'],
      [7, 500, '789'],
      [7, Number.MAX_SAFE_INTEGER, '789'],
      [10, 20, ''],
      [5, 4, ''],
    ])('reads bytes %d to %d', async (start, end, text) => {
      await store.write('ranged', bytes('01234', '56789'));
      expect(await textOf('ranged', { start, end })).toBe(text);
    });

    it('refuses a missing key before the first byte', async () => {
      const missing = { name: 'BlobNotFoundError', key: 'no/such' };
      await expect(store.read('no/such')).rejects.toMatchObject(missing);
      await expect(store.read('no/such', { start: 0, end: 1 })).rejects.toMatchObject(missing);
      await expect(store.read('no/such', { start: 1, end: 0 })).rejects.toMatchObject(missing);
      await expect(store.size('no/such')).rejects.toMatchObject(missing);
    });

    it('deletes, and does not mind when there is nothing', async () => {
      await store.write('gone', bytes('x'));
      for (let time = 0; time < 2; time++) await store.delete('gone');
      await expect(store.size('gone')).rejects.toBeInstanceOf(BlobNotFoundError);
    });

    it('lists what is in a folder, and when it was written', async () => {
      const from = Date.now() - 2000;
      for (const key of ['listed/a', 'listed/b/c', 'listed/b/d.x', 'listed-too', 'other/listed/e'])
        await store.write(key, bytes('x'));
      const found = await all(store.list('listed'));
      expect(found.map(({ key }) => key).sort()).toEqual(['listed/a', 'listed/b/c', 'listed/b/d.x']);
      for (const { writtenAt } of found) expect(writtenAt.getTime()).toBeGreaterThan(from);
      expect(await all(store.list('no-such-folder'))).toEqual([]);
    });

    it('tells of a write that has not ended, and ends it', async () => {
      const from = Date.now() - 2000;
      const held = new HeldWrites(store, unfinishedMiB);
      await held.begin('unfinished/one', 'unfinished/two');
      const found = await all(store.listUnfinished('unfinished'));
      expect(found).toHaveLength(2);
      for (const { touchedAt } of found) expect(touchedAt.getTime()).toBeGreaterThan(from);
      for (const { id } of [...found, ...found]) await store.discardUnfinished(id);
      expect(await all(store.listUnfinished('unfinished'))).toEqual([]);
      expect(await held.end()).toEqual(['rejected', 'rejected']);
      expect(await all(store.list('unfinished'))).toEqual([]);
    });

    it('is erased folder by folder with the writes that have not ended, and those of other folders go on', async () => {
      const [erased, other] = [new HeldWrites(store, unfinishedMiB), new HeldWrites(store, unfinishedMiB)];
      await store.write('erased/whole', bytes('x'));
      await erased.begin('erased/deep/down');
      await other.begin('erased-not/one');
      await new BlobFolders(store).erase('erased');
      expect(await all(store.listUnfinished('erased'))).toEqual([]);
      expect((await all(store.listUnfinished('erased-not'))).map(({ key }) => key)).toEqual(['erased-not/one']);
      expect([await erased.end(), await other.end()]).toEqual([['rejected'], ['fulfilled']]);
      expect(await all(store.list('erased'))).toEqual([]);
      expect((await all(store.list('erased-not'))).map(({ key }) => key)).toEqual(['erased-not/one']);
    });

    it.each(['', '..', '../x', 'a/../b', 'a/..', '/etc/passwd', 'a//b', 'a/', './a', 'a\\b', 'a\0', 'a b', 'é', 'a\n'])(
      'refuses the key %j',
      async (key) => {
        await expect(store.write(key, bytes('x'))).rejects.toThrow(/key/);
        await expect(store.read(key)).rejects.toThrow(/key/);
        await expect(store.size(key)).rejects.toThrow(/key/);
        await expect(store.delete(key)).rejects.toThrow(/key/);
        await expect(all(store.list(key))).rejects.toThrow(/key/);
        await expect(all(store.listUnfinished(key))).rejects.toThrow(/key/);
      },
    );

    it('refuses to work inside a transaction', async () => {
      await store.write('outside', bytes('x'));
      const calls: (() => Promise<unknown>)[] = [
        () => store.write('inside', bytes('x')),
        () => store.read('outside'),
        () => store.size('outside'),
        () => store.delete('outside'),
        () => all(store.list('outside')),
        () => all(store.listUnfinished('outside')),
        () => store.discardUnfinished('outside'),
      ];
      for (const call of calls) await expect(runInTransactionContext(call)).rejects.toThrow('inside a transaction');
      expect(await textOf('outside')).toBe('x');
      await expect(store.size('inside')).rejects.toBeInstanceOf(BlobNotFoundError);
    });

    it(`streams ${largeMiB} MiB in and out in little memory`, async () => {
      const memory = new MemoryWatch();
      const source = async function* () {
        for (let chunk = 0; chunk < 2 * largeMiB; chunk++) {
          if (chunk % 16 === 0) memory.sample();
          yield Buffer.alloc(MIB / 2, chunk);
        }
      };
      expect(await store.write('large', source())).toBe(largeMiB * MIB);
      let [read, sampled] = [0, 0];
      for await (const chunk of (await store.read('large')) as AsyncIterable<Buffer>) {
        expect(chunk[0]).toBe(Math.floor(read / (MIB / 2)) % 256);
        read += chunk.length;
        if (read - sampled >= 8 * MIB) memory.sample();
        if (read - sampled >= 8 * MIB) sampled = read;
      }
      expect(read).toBe(largeMiB * MIB);
      expect(memory.peakMiB).toBeLessThan(peakMiB);
      await store.delete('large');
    }, 180_000);
  });
}
