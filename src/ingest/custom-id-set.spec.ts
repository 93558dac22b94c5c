import fc from 'fast-check';
import { KeyedHash } from '../common/keyed-hash';
import { CustomIdSet } from './custom-id-set';

function setOf(): (id: string) => boolean {
  const ids = new CustomIdSet(new KeyedHash(Buffer.alloc(16, 3)));
  return (id) => {
    const bytes = Buffer.from(`"${id}"`);
    return ids.add(bytes, 1, bytes.length - 1);
  };
}

describe('CustomIdSet', () => {
  it('knows what a Set knows', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 4 }), { maxLength: 300 }), (ids) => {
        const [add, seen] = [setOf(), new Set<string>()];
        for (const id of ids) {
          // Half of a surrogate pair has no UTF-8, and is refused before.
          if (!id.isWellFormed()) continue;
          expect(add(id)).toBe(!seen.has(id));
          seen.add(id);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every id while it grows', () => {
    const add = setOf();
    const added = () => Array.from({ length: 60_000 }, (_, n) => add(`request-${n}`)).filter((isNew) => isNew).length;
    expect([added(), added()]).toEqual([60_000, 0]);
    expect(add('request-60000')).toBe(true);
  });

  it('holds ids whose hash is all zero apart from free places', () => {
    const zero = { words: new Int32Array(4), update: () => undefined } as unknown as KeyedHash;
    const ids = new CustomIdSet(zero);
    expect(ids.add(Buffer.from('a'), 0, 1)).toBe(true);
    zero.words.fill(0);
    expect(ids.add(Buffer.from('a'), 0, 1)).toBe(false);
  });
});
