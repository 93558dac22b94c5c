import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const TYPESCRIPT = ['**/*.ts'];
const SPECS = ['src/**/*.spec.ts'];
/** The only files that may use the system's clock, timers or random source. */
const SOURCES_OF_TIME = ['src/common/clock.ts', 'src/common/random.ts', 'src/http/cut-when-stalled.ts'];

const USE_CLOCK = 'Take the time from Clock in src/common/clock.ts, so that a history can be replayed.';
const USE_RANDOM = 'Take randomness from Random in src/common/random.ts, so that a history can be replayed.';
const USE_OPTIONS = 'Only src/config reads the environment; everything else is given typed options.';

const TIMERS = ['setTimeout', 'setInterval'];
const RANDOM = ['randomBytes', 'randomUUID', 'randomInt', 'randomFill', 'randomFillSync', 'getRandomValues'];

const time = {
  globals: TIMERS.map((name) => ({ name, message: USE_CLOCK })),
  imports: [
    ...['timers', 'node:timers', 'timers/promises', 'node:timers/promises'].map((name) => ({
      name,
      importNames: TIMERS,
      message: USE_CLOCK,
    })),
    ...['crypto', 'node:crypto'].map((name) => ({ name, importNames: RANDOM, message: USE_RANDOM })),
  ],
  properties: [
    { object: 'Date', property: 'now', message: USE_CLOCK },
    { object: 'Math', property: 'random', message: USE_RANDOM },
  ],
  syntax: [
    { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: USE_CLOCK },
    { selector: 'CallExpression[callee.name="Date"]', message: USE_CLOCK },
    { selector: `MemberExpression[property.name=/^(${RANDOM.join('|')})$/]`, message: USE_RANDOM },
    { selector: `MemberExpression[property.name=/^(${TIMERS.join('|')})$/]`, message: USE_CLOCK },
  ],
};

const environment = {
  globals: [],
  imports: ['process', 'node:process'].map((name) => ({ name, importNames: ['env'], message: USE_OPTIONS })),
  properties: [{ object: 'process', property: 'env', message: USE_OPTIONS }],
  syntax: [],
};

/** A later block replaces a rule's options as a whole, so each block states all that it forbids. */
function forbid(...groups) {
  const all = (kind) => groups.flatMap((group) => group[kind]);
  return {
    'no-restricted-globals': ['error', { globals: all('globals'), checkGlobalObject: true }],
    'no-restricted-imports': ['error', { paths: all('imports') }],
    'no-restricted-properties': ['error', ...all('properties')],
    // Without options the rule would keep those of the block before.
    'no-restricted-syntax': all('syntax').length === 0 ? 'off' : ['error', ...all('syntax')],
  };
}

export default defineConfig(
  { ignores: ['**/node_modules/', '**/dist/', 'build/', 'coverage/', 'data/', 'docs-api/'] },
  {
    name: 'plain JavaScript: root config files and scripts',
    files: ['**/*.{js,cjs,mjs}'],
    rules: { 'no-var': 'error', 'prefer-const': 'error', 'no-unused-vars': 'error', eqeqeq: 'error' },
  },
  {
    name: 'TypeScript with types',
    files: TYPESCRIPT,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Leaves a file with decorators alone, because emitDecoratorMetadata needs value imports there.
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A method that keeps an asynchronous contract may have nothing to wait for; `async` makes its throws rejections.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    name: 'product: size, console, time, randomness, environment',
    files: ['src/**/*.ts'],
    ignores: SPECS,
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      ...forbid(time, environment),
    },
  },
  { name: 'product: the sources of time and randomness', files: SOURCES_OF_TIME, rules: forbid(environment) },
  {
    name: 'product: the reader of the environment',
    files: ['src/config/**/*.ts'],
    ignores: SPECS,
    rules: forbid(time),
  },
  {
    name: 'product: what talks to a terminal',
    files: ['src/cli/**/*.ts', 'src/main.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    name: 'tests, benchmarks, examples: bodies of HTTP answers are any',
    files: ['test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts', ...SPECS],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
