import fc from 'fast-check';
import { CustomIdFilter } from './custom-id-filter';

const ULID = '01KAPJ3N1ZJZ5T8Y0Q5W1V7C2D';

/** An entry as stored; its `custom_id` is written with every character escaped where `escaped` is true. */
function entry(index: number, customId: string, escaped: boolean): string {
  const json = escaped
    ? `"${[...Array(customId.length).keys()].map((at) => `\\u${customId.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
    : JSON.stringify(customId);
  const body = JSON.stringify({ custom_id: 'decoy', text: `"custom_id":"decoy-${index}","response":` });
  return `{"id":"batch_req_${ULID}_${index}","custom_id":${json},"response":${body},"error":null}\n`;
}

function filtered(text: string, filter: CustomIdFilter, pieceBytes: number): string {
  const bytes = Buffer.from(text);
  const wanted: Buffer[] = [];
  for (let at = 0; at < bytes.length && !filter.done; at += pieceBytes) {
    wanted.push(filter.push(bytes.subarray(at, at + pieceBytes)));
  }
  return Buffer.concat(wanted).toString();
}

const customId = fc.string({
  unit: fc.constantFrom('a', 'b', '"', '\\', 'é', '😀', ',', ':'),
  minLength: 1,
  maxLength: 4,
});

describe('CustomIdFilter', () => {
  it('picks the entries with those custom_ids, however they are spelled and come in pieces', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(customId, fc.boolean()), { selector: ([id]) => id, maxLength: 12 }),
        fc.array(customId, { minLength: 1, maxLength: 6 }),
        fc.oneof(fc.integer({ min: 1, max: 90 }), fc.constant(100_000)),
        fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(Infinity)),
        (ids, others, pieceBytes, limit) => {
          const entries = ids.map(([id, escaped], index) => ({ id, text: entry(index, id, escaped) }));
          const asked = [...others, ...ids.filter((_, at) => at % 3 === 1).map(([id]) => id)];
          const expected = entries.filter(({ id }) => asked.includes(id)).slice(0, limit);
          const text = entries.map((each) => each.text).join('');
          expect(filtered(text, new CustomIdFilter(asked, limit), pieceBytes)).toBe(
            expected.map((each) => each.text).join(''),
          );
        },
      ),
      { seed: 20275, numRuns: 200 },
    );
  });

  it('is done once all are found', () => {
    const filter = new CustomIdFilter(['b', 'b', 'a'], Infinity);
    filter.push(Buffer.from(entry(0, 'a', false)));
    expect(filter.done).toBe(false);
    const last = entry(1, 'b', true);
    filter.push(Buffer.from(last.slice(0, -5)));
    expect(filter.done).toBe(false);
    expect(filter.push(Buffer.from(last.slice(-5) + entry(2, 'c', false))).toString()).toBe(last.slice(-5));
    expect(filter.done).toBe(true);
  });

  it('holds no more than the head of a line', () => {
    const filter = new CustomIdFilter(['a'], Infinity);
    expect(() => filter.push(Buffer.alloc(20_000, 'x'))).toThrow('not as it was written');
  });
});
