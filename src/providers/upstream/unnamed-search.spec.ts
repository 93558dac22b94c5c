import { IncompleteDownloadError, type Attempt, type ItemOutcome } from '../contract/adapter';
import { areOf, findUnnamed, type Ownership } from './unnamed-search';

const SENT_AT = 10_000_000_000;
const MINUTE = 60_000;
const attempt = { token: 'aaaaaaa1', begunAt: SENT_AT, createSentAt: null, itemCount: 2 } as Attempt;

interface Batch {
  readonly name: string;
  readonly createdAt?: number;
  readonly fits?: boolean;
  readonly ours?: Ownership;
}

async function find(batches: readonly Batch[]) {
  const asked: string[] = [];
  const search = findUnnamed<Batch>(attempt, {
    provider: 'vendor',
    batches: (async function* () {
      for (const batch of batches) yield batch;
    })(),
    createdAt: ({ createdAt = SENT_AT }) => createdAt,
    fits: ({ fits = true }) => fits,
    isOurs: async ({ name, ours = false }) => {
      asked.push(name);
      return ours;
    },
  });
  const found = await search.then(
    (batch) => batch?.name ?? null,
    (error: { details: { code: string } }) => error.details.code,
  );
  return { found, asked };
}

describe('findUnnamed', () => {
  it('finds the batch that is ours behind others', async () => {
    const batches = [
      { name: 'a' },
      { name: 'b', ours: 'untold' as const },
      { name: 'c', ours: true },
      { name: 'd', ours: true },
    ];
    expect(await find(batches)).toEqual({ found: 'c', asked: ['a', 'b', 'c'] });
  });

  it('is not sure as long as one may be ours', async () => {
    expect((await find([{ name: 'a', ours: 'untold' }, { name: 'b' }])).found).toBe('attempt_not_named');
    expect((await find([{ name: 'a' }, { name: 'b' }])).found).toBeNull();
    expect((await find([])).found).toBeNull();
  });

  it.each([
    [[], null],
    [[{ name: 'b', ours: true }], 'b'],
    [[{ name: 'b', ours: 'untold' as const }], 'attempt_not_named'],
  ])('does not wait for one that will never tell, beside %j', async (others, found) => {
    expect((await find([{ name: 'a', ours: 'unknowable' }, ...others])).found).toBe(found);
  });

  it('is not sure either of one whose time cannot be read', async () => {
    const timeless = { name: 'timeless', createdAt: NaN };
    expect((await find([{ ...timeless, ours: 'untold' }])).found).toBe('attempt_not_named');
    expect((await find([{ ...timeless, ours: true }])).found).toBe('timeless');
  });

  it('asks only about batches that fit and are of the time', async () => {
    const batches = [
      { name: 'late', createdAt: SENT_AT + 61 * MINUTE },
      { name: 'small', fits: false },
      { name: 'timeless', createdAt: NaN },
      { name: 'good', createdAt: SENT_AT + 59 * MINUTE },
      { name: 'before', createdAt: SENT_AT - 9 * MINUTE },
      { name: 'old', createdAt: SENT_AT - 11 * MINUTE, ours: true },
      { name: 'behind it', ours: true },
    ];
    expect(await find(batches)).toEqual({ found: null, asked: ['timeless', 'good', 'before'] });
  });
});

describe('areOf', () => {
  const outcomes = async function* (ids: readonly string[], failure?: Error): AsyncGenerator<ItemOutcome> {
    for (const itemId of ids) yield { itemId, response: null, error: null };
    if (failure) throw failure;
  };

  it.each([
    [['r0000000-aaaaaaa1'], true],
    [['', 'r0000000-aaaaaaa1'], true],
    [['r0000000-bbbbbbb2', 'r0000000-aaaaaaa1'], false],
    [['somebody’s'], false],
    [[''], 'unknowable'],
    [[], 'unknowable'],
  ])('goes by the first id of %j', async (ids, expected) => {
    expect(await areOf(attempt, outcomes(ids))).toBe(expected);
  });

  it('is not sure when the download is cut short, and hides no other error', async () => {
    expect(await areOf(attempt, outcomes([], new IncompleteDownloadError('cut')))).toBe('untold');
    await expect(areOf(attempt, outcomes([], new RangeError('x')))).rejects.toBeInstanceOf(RangeError);
  });
});
