import fc from 'fast-check';
import { excludeNamed, MAX_RESUBMISSIONS, toPartErrors } from './excluded-items';

const part = (excluded: readonly number[] = [], more: object = {}) => ({
  firstItem: 100,
  attemptToken: 'aaaaaaa1',
  itemCount: 8,
  excluded: excluded.map((index) => ({ index, code: 'old', message: 'before' })),
  resubmissions: 0,
  ...more,
});
const at = (line: number | null, more: object = {}) => ({ code: 'bad', message: 'no', line, ...more });
const indexes = (items: { index: number }[] | null) => items && items.map(({ index }) => index);

describe('excludeNamed', () => {
  it.each([
    ['the first line', [], [1], [0]],
    ['the last line', [], [8], [7]],
    ['several lines, each once', [], [3, 5, 3], [2, 4]],
    ['a line behind one that was left out', [0], [1], [0, 1]],
    ['a line before it', [5], [1], [0, 5]],
    ['a line behind several', [1, 2, 4], [2, 3], [1, 2, 3, 4, 5]],
  ])('leaves out %s', (_, excluded, lines, expected) => {
    const reasons = lines.map((line) => at(line));
    expect(indexes(excludeNamed(part(excluded), reasons))).toEqual(expected);
  });

  it.each([
    ['no reason', []],
    ['a reason without a line', [at(null)]],
    ['one without a line among others', [at(1), at(null)]],
    ['a line that was not sent', [at(9)]],
    ['line 0', [at(0)]],
    ['half a line', [at(1.5)]],
    ['a reason that meets every line', [at(1, { everyLine: true })]],
  ])('sends nothing again for %s', (_, reasons) => {
    expect(excludeNamed(part(), reasons)).toBeNull();
  });

  it.each([
    ['r0000100-aaaaaaa1', [], [0]],
    ['r0000107-aaaaaaa1', [], [7]],
    ['r0000103-aaaaaaa1', [1, 2], [1, 2, 3]],
  ])('leaves out the item %s', (itemId, excluded, expected) => {
    expect(indexes(excludeNamed(part(excluded), [at(null, { itemId })]))).toEqual(expected);
  });

  it.each(['r0000099-aaaaaaa1', 'r0000108-aaaaaaa1', 'r0000101-aaaaaaa1', 'r0000100-bbbbbbb2', 'x'])(
    'sends nothing again for the item %s, which was not sent',
    (itemId) => {
      expect(excludeNamed(part([1]), [at(null, { itemId })])).toBeNull();
    },
  );

  it('ends after a stated number of times', () => {
    expect(excludeNamed(part([], { resubmissions: MAX_RESUBMISSIONS - 1 }), [at(1)])).not.toBeNull();
    expect(excludeNamed(part([], { resubmissions: MAX_RESUBMISSIONS }), [at(1)])).toBeNull();
  });

  it('always finds the item that the line of the rest stands for', () => {
    const flags = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(flags, fc.nat(), (isOut, seed) => {
        const sent = isOut.flatMap((out, index) => (out ? [] : [index]));
        fc.pre(sent.length > 0);
        const line = (seed % sent.length) + 1;
        const excluded = isOut.flatMap((out, index) => (out ? [index] : []));
        const [error] = toPartErrors(part(excluded, { itemCount: isOut.length }), [at(line)]);
        expect(error?.line).toBe((sent[line - 1] ?? NaN) + 1);
      }),
    );
  });
});

describe('toPartErrors', () => {
  it('counts a line for an item that is named by its id', () => {
    expect(toPartErrors(part([1]), [at(null, { itemId: 'r0000103-aaaaaaa1' })])).toEqual([
      { code: 'bad', message: 'no', line: 4 },
    ]);
  });

  it('keeps a reason without a line, and drops a line that was not sent', () => {
    expect(toPartErrors(part(), [at(null), at(99), at(2)])).toEqual([
      { code: 'bad', message: 'no' },
      { code: 'bad', message: 'no' },
      { code: 'bad', message: 'no', line: 2 },
    ]);
  });
});
