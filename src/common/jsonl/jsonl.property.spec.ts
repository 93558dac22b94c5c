import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { FULL_TIER } from '../../../test/support/tier';
import { EnvelopeSplitter, type SplitEvent } from './envelope-splitter';
import { DuplicateKeyError } from './json-errors';
import { objectFields } from './object-fields';
import { replaceField, singleLine } from './replace-value';

/** JSON that may be written in many ways: objects as lists of members, numbers as they are spelled. */
type Node = { spelled: string } | { text: string } | { list: Node[] } | { members: Member[] };
type Member = [key: string, value: Node];

const LARGE = 1 << 20;
const KNOWN = ['requests', 'completion_window', 'metadata'];

const spelled = fc.oneof(
  fc.constantFrom(
    'true',
    'false',
    'null',
    '0',
    '-0',
    '-0.0',
    '1E+2',
    '12e-3',
    '0.50',
    '1e999',
    '123456789012345678901',
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ maxLength: 8 }),
  fc.constantFrom('', '__proto__', '\\', '\\"', '"},{"', '\n\u2028\u0000', '\ud800', '\udc00x', '😀é\u007f', ...KNOWN),
);
const { node, members } = fc.letrec<{ node: Node; members: Member[] }>((tie) => ({
  members: fc.array(fc.tuple(text, tie('node')), { maxLength: 4 }),
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record({ spelled }),
    fc.record({ text }),
    fc.record({ list: fc.array(tie('node'), { maxLength: 4 }) }),
    fc.record({ members: tie('members') }),
  ),
}));
const object = members.map((list): { members: Member[] } => ({ members: list }));
const requests = fc.array(fc.oneof(node, object), { maxLength: 5 }).map((list): Node => ({ list }));
const envelope = fc
  .tuple(members, fc.option(fc.oneof({ arbitrary: requests, weight: 4 }, node)), fc.nat())
  .map(([others, items, at]) => {
    const all = [...others];
    if (items !== null) all.splice(at % (all.length + 1), 0, ['requests', items]);
    return {
      members: all.filter(([key], i) => !KNOWN.includes(key) || all.findIndex((other) => other[0] === key) === i),
    };
  });
/** Decides, number by number and over again, how something is spelled or where it is cut. */
const choices = fc.array(fc.nat(1023), { minLength: 1, maxLength: 40 });

class Writer {
  private used = 0;
  constructor(private readonly numbers: readonly number[]) {}

  choose(count: number): number {
    return this.numbers[this.used++ % this.numbers.length]! % count;
  }

  write(value: Node): string {
    return this.space() + this.bare(value) + this.space();
  }

  private bare(value: Node): string {
    if ('spelled' in value) return value.spelled;
    if ('text' in value) return this.string(value.text);
    if ('list' in value) return `[${value.list.map((element) => this.write(element)).join() || this.space()}]`;
    const written = value.members.map(
      ([key, item]) => `${this.space()}${this.string(key)}${this.space()}:${this.write(item)}`,
    );
    return `{${written.join() || this.space()}}`;
  }

  private space(): string {
    return ['', '', '', ' ', '\n', '\r\n', '\t', '  \n '][this.choose(8)]!;
  }

  private string(value: string): string {
    const escaped = [...value].map((character) => {
      const safe = JSON.stringify(character).slice(1, -1);
      if (character === '/' && this.choose(2) === 0) return '\\/';
      if (this.choose(4) > 0) return safe;
      return character.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''); // prettier-ignore
    });
    return `"${escaped.join('')}"`;
  }
}

function split(chunks: readonly Buffer[]): SplitEvent[] {
  const limits = { maxItemBytes: LARGE, maxFieldBytes: LARGE, maxDepth: 1000 };
  const splitter = new EnvelopeSplitter({ arrayKey: 'requests', captureKeys: KNOWN.slice(1), ...limits });
  return [...chunks.flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end()];
}

function cut(bytes: Buffer, writer: Writer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let start = 0, end; start < bytes.length; start = end) {
    end = start + [1, 1, 2, 7, 50][writer.choose(5)]!;
    chunks.push(bytes.subarray(start, end));
  }
  return chunks;
}

/** What the events say the document holds, in the shape of `expected`. */
function gathered(events: readonly SplitEvent[]): unknown {
  const values = new Map<string, unknown>();
  const items: unknown[] = [];
  for (const event of events) {
    if (event.type === 'not_object') return { root: JSON.parse(event.bytes.toString()) as unknown };
    if (event.type === 'item') expect(items.push(JSON.parse(event.bytes.toString()))).toBe(event.index + 1);
    if (event.type === 'array_end') values.set('requests', items.slice(0, event.count));
    if (event.type === 'field') values.set(event.key, JSON.parse(event.bytes.toString()));
  }
  return KNOWN.map((key) => [values.has(key), values.get(key)]);
}

function expected(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return { root: document };
  return KNOWN.map((key) => [Object.hasOwn(document, key), (document as Record<string, unknown>)[key]]);
}

/** Whether the document has a known key twice at its top level, which the splitter refuses and JSON.parse does not. */
function repeatsKnownKey(document: Node): boolean {
  const known = 'members' in document ? document.members.map(([key]) => key).filter((key) => KNOWN.includes(key)) : [];
  return new Set(known).size < known.length;
}

/** The value of `read`, or 'refused' when it throws; a refused duplicate key is 'skip', as JSON.parse allows it. */
function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof DuplicateKeyError) return 'skip';
    return 'refused';
  }
}

function mutate(bytes: Buffer, writer: Writer): Buffer {
  const at = writer.choose(bytes.length + 1);
  const inserted = Buffer.from('{}[],:"\\u0123456789eE+-.truefalsn \n\u0000\u001f\u007fé');
  const byte = inserted.subarray(writer.choose(inserted.length)).subarray(0, 1);
  switch (writer.choose(5)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at)]);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at + 1)]);
    case 3:
      return Buffer.from(bytes.map((old, index) => (index === at ? old ^ (1 << writer.choose(8)) : old)));
    default:
      return bytes.subarray(0, at);
  }
}

describe('EnvelopeSplitter beside JSON.parse', () => {
  it('finds the same values, however the document is written and cut', () => {
    fc.assert(
      fc.property(fc.oneof({ arbitrary: envelope, weight: 9 }, node), choices, (document, numbers) => {
        const writer = new Writer(numbers);
        const bytes = Buffer.from(writer.write(document));
        fc.pre(!repeatsKnownKey(document));
        expect(gathered(split(cut(bytes, writer)))).toEqual(expected(JSON.parse(bytes.toString())));
      }),
      { numRuns: FULL_TIER ? 1500 : 400 },
    );
  });

  it('accepts a damaged document exactly when JSON.parse does', () => {
    fc.assert(
      fc.property(envelope, choices, choices, (document, numbers, damage) => {
        const writer = new Writer(damage);
        const bytes = mutate(Buffer.from(new Writer(numbers).write(document)), writer);
        fc.pre(isUtf8(bytes));
        const found = attempt(() => gathered(split(cut(bytes, writer))));
        fc.pre(found !== 'skip');
        expect(found).toEqual(attempt(() => expected(JSON.parse(bytes.toString()))));
      }),
      { numRuns: FULL_TIER ? 4000 : 1000 },
    );
  });

  it.each([
    { alphabet: '01-+.eE ', length: 5, around: ['', ''] },
    { alphabet: '{}[],:"1', length: 5, around: ['', ''] },
    { alphabet: '{}[],"1', length: 5, around: ['{"requests":', '}'] },
    { alphabet: '\\u"aF0 ', length: 5, around: ['["', '"]'] },
  ])(
    'agrees on every text of up to $length characters of $alphabet',
    ({ alphabet, length, around: [before, after] }) => {
      const differing: string[] = [];
      let texts = [''];
      for (let size = 0; size <= length; size++) {
        for (const inner of texts) {
          const json = `${before}${inner}${after}`;
          const [ours, theirs] = [
            attempt(() => split([Buffer.from(json)])),
            attempt(() => JSON.parse(json) as unknown),
          ];
          if (ours !== 'skip' && (ours === 'refused') !== (theirs === 'refused')) differing.push(json);
        }
        texts = size < length ? texts.flatMap((start) => [...alphabet].map((character) => start + character)) : [];
      }
      expect(differing).toEqual([]);
    },
  );
});

describe('objectFields and replaceField beside JSON.parse', () => {
  it('cuts an object into its members', () => {
    fc.assert(
      fc.property(object, choices, (value, numbers) => {
        const bytes = Buffer.from(new Writer(numbers).write(value));
        const fields = objectFields(bytes)!;
        expect(fields.map((field) => field.key)).toEqual(value.members.map(([key]) => key));
        for (const field of fields) {
          const [key, item] = [
            bytes.subarray(field.keyStart, field.keyEnd),
            bytes.subarray(field.valueStart, field.valueEnd),
          ];
          expect(JSON.parse(key.toString())).toBe(field.key);
          expect(item.toString()).toBe(item.toString().trim());
        }
        const rebuilt = fields.map(
          (f) => `${JSON.stringify(f.key)}:${bytes.toString('utf8', f.valueStart, f.valueEnd)}`,
        );
        expect(JSON.parse(`{${rebuilt.join()}}`)).toEqual(JSON.parse(bytes.toString()));
      }),
      { numRuns: FULL_TIER ? 500 : 150 },
    );
  });

  it('replaces one value and nothing else, also on one line', () => {
    fc.assert(
      fc.property(object, choices, fc.nat(), node, (value, numbers, pick, replacement) => {
        fc.pre(value.members.length > 0);
        const writer = new Writer(numbers);
        const [bytes, json] = [Buffer.from(writer.write(value)), writer.write(replacement)];
        const key = value.members[pick % value.members.length]![0];
        const edited = replaceField(bytes, key, json);
        const wanted = Object.fromEntries(Object.entries(JSON.parse(bytes.toString()) as object));
        Object.defineProperty(wanted, key, { value: JSON.parse(json), enumerable: true });
        expect(Object.entries(JSON.parse(edited.toString()) as object)).toEqual(Object.entries(wanted));
        expect(singleLine(edited).toString()).not.toMatch(/[\r\n]/);
        expect(JSON.parse(singleLine(edited).toString())).toEqual(JSON.parse(edited.toString()));
      }),
      { numRuns: FULL_TIER ? 500 : 150 },
    );
  });
});
