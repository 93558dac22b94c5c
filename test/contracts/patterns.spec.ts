import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import type * as Recheck from 'recheck';
import ts from 'typescript';
import { FULL_TIER } from '../support/tier';

const SRC = resolve(__dirname, '../../src');
/** Patterns that are put together when the service runs, each with what it looks like then. */
const BUILT: Readonly<Record<string, RegExp>> = {
  'common/ids.ts': /^batch_[0-9A-HJKMNP-TV-Z]{26}$/,
  'http/route-finder.ts': /^\/v1\/batches\/[^/]+\/cancel\/?$/i,
};
/** For one pattern; most take less than a second. */
const RECHECK_MS = 120_000;
/** What a linear time is far below, and a quadratic one of so many characters far above. */
const [BUSY_MS, LENGTH] = [1500, 100_000];
/** Repeated, these keep the usual faulty pattern busy, after what it begins with or after a line's end. */
const PUMPS = [
  'a',
  '0',
  ' ',
  '\n',
  '\n ',
  '/',
  '\\',
  '.',
  '-',
  '_',
  '=',
  ':',
  ',',
  'a.',
  'a/',
  '/a',
  'a-',
  'ab ',
  'http://a',
];

interface Pattern {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** Every pattern that is written in the sources, and those of {@link BUILT}. */
function patternsOf(file: string): Pattern[] {
  const patterns: Pattern[] = [];
  const name = relative(SRC, file).replaceAll(sep, '/');
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      patterns.push({ file: name, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp') {
      const built = BUILT[name];
      if (!built) throw new Error(`${name} puts a pattern together: it has to be named in this test, to be tried`);
      patterns.push({ file: name, source: built.source, flags: built.flags });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return patterns;
}

function allPatterns(): Pattern[] {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'),
  );
  return files.sort().flatMap((file) => patternsOf(join(SRC, file)));
}

/** Matches hostile texts in a context that is ended when it takes too long; throws then. */
function keepBusy({ source, flags }: Omit<Pattern, 'file'>, busyMs: number): void {
  const begins = /^\^?((?:\\[^\w]|[\w :/-])*)/.exec(source)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? '';
  const pumps = begins === '' ? PUMPS : [...PUMPS, begins];
  const texts = pumps.flatMap((pump) => {
    const many = pump.repeat(LENGTH / pump.length);
    // NUL is no space and ends what takes letters; a space ends what takes all but spaces.
    return [`${many}\0`, `${begins}${many}\0`, `${begins}${many} \0`, `\0${many}\0`];
  });
  runInContext(
    'for (const text of texts) { pattern.lastIndex = 0; pattern.test(text); }',
    createContext({ texts, pattern: new RegExp(source, flags) }),
    { timeout: busyMs },
  );
}

describe('no pattern of the sources can be kept busy', () => {
  const patterns = allPatterns();

  it('they are found', () => expect(patterns.length).toBeGreaterThan(70));

  it('by texts that keep others busy', () => {
    for (const pattern of patterns) {
      try {
        keepBusy(pattern, BUSY_MS);
      } catch (cause) {
        throw new Error(`${pattern.file}: /${pattern.source}/${pattern.flags} can be kept busy`, { cause });
      }
    }
  });

  it.each([
    '^(a+)+$',
    '\\/+$',
    '\\n\\s*at ',
    '\\{\\{\\s*([^{}]*?)\\s*\\}\\}',
    'permission to access the File .* or it may not exist',
  ])('and /%s/ is told', (source) => expect(() => keepBusy({ source, flags: '' }, 300)).toThrow(/timed out/));
});

/** Searches for a text that takes more than a linear time, by what the pattern is; some minutes for all of them. */
(FULL_TIER ? describe : describe.skip)('no pattern can be kept busy by any text', () => {
  // The build that runs in this process, without Java or a program of its own.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { checkSync } = require('recheck/lib/browser.js') as typeof Recheck;
  const look = ({ source, flags }: Omit<Pattern, 'file'>) =>
    checkSync(source, flags, { timeout: RECHECK_MS, randomSeed: 1 }).status;

  it.each(allPatterns())('$file: /$source/$flags', (pattern) => expect(look(pattern)).toBe('safe'));

  it('such a one would be told', () => expect(look({ source: '\\/+$', flags: '' })).toBe('vulnerable'));
});
