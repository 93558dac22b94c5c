import fc from 'fast-check';
import { JsonSyntaxError, NestingTooDeepError, ValueTooLargeError } from './json-errors';
import { pickValues, type Interest, type JsonPath } from './pick-values';

const LARGE = 1 << 20;

type Choose = (path: JsonPath) => Interest;

async function pick(chunks: readonly (string | Buffer)[], interest: Choose, maxValueBytes = LARGE, maxDepth = 100) {
  const found: [string, string][] = [];
  const source = (async function* () {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  })();
  for await (const { path, bytes } of pickValues(source, { interest, maxValueBytes, maxDepth })) {
    found.push([path.join('.'), bytes.toString()]);
  }
  return found;
}

/** Takes what these dotted paths name, and enters what leads there. */
function at(...wanted: readonly string[]): Choose {
  return (path) => {
    const here = path.join('.');
    if (wanted.includes(here)) return 'take';
    return wanted.some((each) => here === '' || each.startsWith(`${here}.`)) ? 'enter' : 'skip';
  };
}
const elementsOf =
  (key: string): Choose =>
  (path) =>
    path.length < 2 && (path[0] ?? key) === key ? 'enter' : path[0] === key ? 'take' : 'skip';

const DOCUMENT = '{ "a" : {"b":[ 1.10, {"c":"]"} , [] ],"x":1e999}, "d":[],"e": 12345678901234567890 }';

describe('pickValues', () => {
  it.each<[string, Choose, [string, string][]]>([
    ['a value', at('e'), [['e', '12345678901234567890']]],
    [
      'values, in their order',
      at('e', 'a.x'),
      [
        ['a.x', '1e999'],
        ['e', '12345678901234567890'],
      ],
    ],
    ['an object', at('a.b.1'), [['a.b.1', '{"c":"]"}']]],
    [
      'the elements of an array',
      (path) => (path.length < 3 ? 'enter' : 'take'),
      [
        ['a.b.0', '1.10'],
        ['a.b.1', '{"c":"]"}'],
        ['a.b.2', '[]'],
      ],
    ],
    ['nothing of an empty array', elementsOf('d'), []],
    ['nothing that is not there', at('a.y', 'b'), []],
    ['the whole', () => 'take', [['', DOCUMENT]]],
    ['nothing', () => 'skip', []],
    ['no string, number or literal that is entered', () => 'enter', []],
  ])('picks %s', async (_, interest, found) => {
    const picked = await pick([DOCUMENT], interest);
    expect(picked).toEqual(found);
    expect(await pick([...DOCUMENT], interest)).toEqual(picked);
  });

  it('hands out both values of a key that occurs twice, and reads escaped keys', async () => {
    expect(await pick(['{"\\u0061":1,"a":2}'], at('a'))).toEqual([
      ['a', '1'],
      ['a', '2'],
    ]);
  });

  it.each(['12', ' "x" ', 'null'])('takes the root %j, also when the input ends with it', async (root) => {
    expect(await pick([root], () => 'take')).toEqual([['', root.trim()]]);
  });

  it('does not ask about what is behind a long key', async () => {
    const asked: JsonPath[] = [];
    const note: Choose = (path) => (asked.push(path), 'enter');
    await pick([`{"${'k'.repeat(300)}":{"a":1},"b":{}}`], note);
    expect(asked).toEqual([[], ['b']]);
  });

  it.each([
    '',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":[1,',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '[1 2]',
    '{"a" 1}',
    '{} {}',
    '[}',
    '{"a":nul',
  ])('does not take %j for a document', async (text) => {
    for (const interest of [at('a'), () => 'enter', () => 'take', () => 'skip'] satisfies Choose[]) {
      await expect(pick([text], interest)).rejects.toBeInstanceOf(JsonSyntaxError);
    }
  });

  it('keeps to its limits', async () => {
    await expect(pick(['{"a":"12345"}'], at('a'), 6)).rejects.toBeInstanceOf(ValueTooLargeError);
    expect(await pick(['{"a":"12345"}'], at('a'), 7)).toEqual([['a', '"12345"']]);
    for (const interest of [() => 'enter', () => 'skip'] satisfies Choose[]) {
      await expect(pick(['[[[]]]'], interest, LARGE, 2)).rejects.toBeInstanceOf(NestingTooDeepError);
      await pick(['[[[]]]'], interest, LARGE, 3);
    }
  });

  it('finds the elements that JSON.parse finds, wherever the document is cut', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 5 }),
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
      fc.constantFrom(undefined, 1, '\t'),
      fc.array(fc.nat(400), { maxLength: 8 }),
      async (rows, others, indent, cuts) => {
        const bytes = Buffer.from(JSON.stringify({ ...others, rows, more: others }, null, indent));
        const sorted = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const chunks = sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
        const picked = await pick(chunks, elementsOf('rows'));
        expect(picked.map(([, row]) => JSON.parse(row) as unknown)).toEqual(JSON.parse(JSON.stringify(rows)));
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});
