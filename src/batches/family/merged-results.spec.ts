import fc from 'fast-check';
import { MemoryBlobs } from '../../../test/support/memory-blobs';
import { ResultsIndexBuilder } from '../../files/results-index';
import { SegmentReader } from '../../files/segment-reader';
import type { BatchEntity } from '../batch.entity';
import type { EndedPart, ResultsQuery } from '../results-pages';
import type { Family, FamilyMember, FamilyStore } from './family.store';
import { FamilyWalk } from './family-walk';
import { MergedResults } from './merged-results';
import { Origins } from './origins';
import { RetrySelection } from './retry-selection';

const OUTCOMES = ['ok', 'error', 'status', 'batch_cancelled', 'batch_expired', 'submission_unconfirmed'] as const;
type Outcome = (typeof OUTCOMES)[number];

interface Latest {
  readonly outcome: Outcome;
  readonly id: string;
  readonly text: string;
}

/** A family made of outcomes, and beside it what must be told of it, by the rules as a person would apply them. */
class Bench {
  readonly blobs = new MemoryBlobs();
  readonly members: FamilyMember[] = [];
  readonly latest: Latest[] = [];
  private readonly merged: MergedResults;
  readonly selection: RetrySelection;

  constructor() {
    const reader = new SegmentReader(this.blobs);
    const use = <T>(_: unknown, work: (family: Family) => Promise<T>) => work(this.family);
    const store = { use } as unknown as FamilyStore;
    const [origins, walk] = [new Origins(reader), new FamilyWalk(reader, new Origins(reader))];
    this.merged = new MergedResults(store, walk, origins, reader);
    this.selection = new RetrySelection(walk);
  }

  get family(): Family {
    return this.members as unknown as Family;
  }

  /** Adds a batch of these items, in parts; the last part, when `lastRuns`, has no outcomes yet. */
  add(items: readonly number[], outcomes: readonly Outcome[], partItems: number, lastRuns = false): void {
    const ordinal = this.members.length;
    const ulid = String(ordinal).padStart(26, '0');
    const originKey = ordinal === 0 ? null : `${ordinal}.origin`;
    if (originKey !== null) {
      const bytes = Buffer.alloc(items.length * 4);
      items.forEach((item, at) => bytes.writeUInt32LE(item, at * 4));
      this.blobs.blobs.set(originKey, bytes);
    }
    const batch = {
      id: `batch_${ulid}`,
      total: items.length,
      rootId: originKey && 'first',
      originKey,
      status: lastRuns ? 'in_progress' : 'completed',
    };
    const parts: EndedPart[] = [];
    for (let first = 0; first < items.length; first += partItems) {
      const end = Math.min(items.length, first + partItems);
      if (lastRuns && end === items.length) break;
      parts.push(this.part(ordinal, ulid, { first, end }, items, outcomes));
    }
    this.members.push({ batch: batch as BatchEntity, parts });
  }

  private part(
    ordinal: number,
    ulid: string,
    { first, end }: { first: number; end: number },
    items: readonly number[],
    outcomes: readonly Outcome[],
  ): EndedPart {
    const [index, lines] = [new ResultsIndexBuilder(), [] as string[]];
    const [key, indexKey] = [`${ordinal}-${first}.jsonl`, `${ordinal}-${first}.index`];
    for (let line = first; line < end; line++) {
      const [item, outcome] = [items[line]!, outcomes[line]!];
      const id = `batch_req_${ulid}_${line}`;
      const text = `{"id":"${id}","custom_id":"item-${item}",${tailOf(outcome)}}\n`;
      index.add(text.length, outcome === 'ok');
      lines.push(text);
      const before = this.latest[item];
      const keeps = before !== undefined && ['batch_cancelled', 'batch_expired'].includes(outcome);
      if (before?.outcome !== 'ok' && !keeps) this.latest[item] = { outcome, id, text };
    }
    this.blobs.blobs.set(key, Buffer.from(lines.join('')));
    this.blobs.blobs.set(indexKey, index.toBuffer());
    const own = outcomes.slice(first, end);
    return {
      id: key,
      firstItem: first,
      itemCount: end - first,
      failed: own.filter((outcome) => outcome !== 'ok').length,
      notRun: own.filter((outcome) => outcome.includes('_')).length,
      results: { key, indexKey, ...index.size },
    } as EndedPart;
  }

  async read(query: ResultsQuery) {
    const { lines, facts } = await this.merged.open(this.family[0].batch, query);
    const chunks: Buffer[] = [];
    for await (const chunk of lines) chunks.push(chunk);
    return { text: Buffer.concat(chunks).toString(), facts };
  }

  expected({ after, limit, status, custom_id }: ResultsQuery) {
    const known = this.latest.map((latest, item) => ({ ...latest, item })).filter(({ id }) => id !== undefined);
    const first = after === undefined ? 0 : this.itemOf(after) + 1;
    const fitting = known.filter(
      ({ item, outcome }) =>
        item >= first &&
        (status === undefined || (outcome === 'ok') === (status === 'succeeded')) &&
        (custom_id === undefined || custom_id.includes(`item-${item}`)),
    );
    const shown = fitting.slice(0, limit);
    const facts = { hasMore: fitting.length > shown.length, lastId: shown.at(-1)?.id ?? null };
    return { text: shown.map(({ text }) => text).join(''), facts: custom_id ? null : facts };
  }

  private itemOf(id: string): number {
    for (const [key, bytes] of this.blobs.blobs) {
      const line = key.endsWith('.jsonl')
        ? bytes
            .toString()
            .split('\n')
            .find((each) => each.includes(`"${id}"`))
        : '';
      if (line) return Number(/"item-(\d+)"/.exec(line)?.[1]);
    }
    throw new Error(`No entry ${id}`);
  }
}

function tailOf(outcome: Outcome): string {
  if (outcome === 'ok') return '"response":{"status_code":200,"request_id":"r","body":{"n":1.10}},"error":null';
  if (outcome === 'status') return '"response":{"status_code":429,"request_id":"r","body":{}},"error":null';
  return `"response":null,"error":{"code":"${outcome === 'error' ? 'boom' : outcome}","message":"m"}`;
}

const outcome = fc.constantFrom(...OUTCOMES);
/** A family: outcomes of the first batch, then for each retry which of what is left it takes, and how that ended. */
const families = fc.record({
  root: fc.oneof(
    fc.array(outcome, { minLength: 1, maxLength: 12 }),
    fc.array(outcome, { minLength: 500, maxLength: 700 }),
  ),
  retries: fc.array(fc.record({ takes: fc.infiniteStream(fc.boolean()), ends: fc.infiniteStream(outcome) }), {
    maxLength: 4,
  }),
  partItems: fc.constantFrom(3, 100, 300, 1000),
  lastRuns: fc.boolean(),
});

function build({ root, retries, partItems, lastRuns }: FamilyShape): Bench {
  const bench = new Bench();
  bench.add([...root.keys()], root, partItems, lastRuns && retries.length === 0);
  retries.forEach(({ takes, ends }, at) => {
    const items = [...root.keys()].filter((item) => bench.latest[item]?.outcome !== 'ok' && takes.next().value);
    if (items.length === 0) return;
    const outcomes = items.map(() => ends.next().value);
    bench.add(items, outcomes, partItems, lastRuns && at === retries.length - 1);
  });
  return bench;
}

interface FamilyShape {
  readonly root: readonly Outcome[];
  readonly retries: readonly { takes: fc.Stream<boolean>; ends: fc.Stream<Outcome> }[];
  readonly partItems: number;
  readonly lastRuns: boolean;
}

describe('MergedResults', () => {
  it('gives of any family what a look at every entry gives, and goes on behind any of its entries', async () => {
    const limits = fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined });
    const view = fc.constantFrom(undefined, 'succeeded' as const, 'failed' as const);
    await fc.assert(
      fc.asyncProperty(families, limits, view, fc.nat(), async (shape, limit, status, at) => {
        const bench = build(shape);
        const ids = bench.latest.flatMap((latest) => latest?.id ?? []);
        for (const after of [undefined, ids[at % Math.max(1, ids.length)]]) {
          const query = { ...(after !== undefined && { after }), limit, status } as ResultsQuery;
          expect(await bench.read(query)).toEqual(bench.expected(query));
          const named = { ...query, custom_id: ['item-0', 'item-7', 'item-300', 'item-999'] };
          expect(await bench.read(named)).toEqual(bench.expected(named));
        }
      }),
      { seed: 20279, numRuns: 60 },
    );
  }, 30_000);

  it('reads little more than what a page needs, also of a long first batch', async () => {
    const bench = new Bench();
    const root = Array.from({ length: 40_000 }, (_, item): Outcome => (item % 20_000 === 19_999 ? 'error' : 'ok'));
    bench.add([...root.keys()], root, 40_000);
    bench.blobs.bytesRead = 0;
    expect((await bench.read({ status: 'failed' })).text.split('\n')).toHaveLength(3);
    expect(bench.blobs.bytesRead).toBeLessThan(2 * 300_000);
  });

  it('refuses to go on behind the entry of another family', async () => {
    const bench = new Bench();
    bench.add([0], ['ok'], 10);
    const after = `batch_req_${'Z'.repeat(26)}_0`;
    await expect(bench.read({ after })).rejects.toMatchObject({ faults: [{ loc: ['query', 'after'], input: after }] });
  });
});

describe('RetrySelection', () => {
  it('chooses of any family the requests whose latest entry is no success and has a code that is asked for', async () => {
    const filters = fc.record({
      errorCodes: fc.constantFrom<readonly string[] | null>(
        null,
        ['boom'],
        ['429', 'batch_expired'],
        ['submission_unconfirmed'],
      ),
      includeUnconfirmed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(families, filters, async (shape, filter) => {
        const bench = build({ ...shape, lastRuns: false });
        const codeOf = (of: Outcome) => ({ error: 'boom', status: '429', ok: '' })[of as 'ok'] ?? of;
        const expected = bench.latest.flatMap(({ outcome: of }, item) => {
          const wanted = filter.errorCodes === null || filter.errorCodes.includes(codeOf(of));
          const unasked = of === 'submission_unconfirmed' && !filter.includeUnconfirmed;
          return of !== 'ok' && wanted && !unasked ? [item] : [];
        });
        const chosen = bench.selection.select(bench.family, filter).then((items) => [...items]);
        if (expected.length > 0) expect(await chosen).toEqual(expected);
        else await expect(chosen).rejects.toMatchObject({ code: 'nothing_to_retry' });
      }),
      { seed: 20280, numRuns: 60 },
    );
  });
});
