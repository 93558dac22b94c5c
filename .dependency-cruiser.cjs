/**
 * The import order, lowest first. A part may import the parts on the lines above its own and nothing else of ours;
 * neighbours on one line never import each other. A part is the folder src/<name>/ or the file src/<name>.ts.
 */
const ORDER = [
  ['common'],
  ['http', 'metrics', 'persistence'],
  ['queue', 'blobs'],
  ['auth'],
  ['quota', 'providers', 'files'],
  ['ingest'],
  ['batches'],
  ['execution'],
  ['dialects', 'webhooks', 'events', 'health', 'openapi'],
  ['admin'],
];
/** What puts the parts together; these may import each other too. */
const TOP = ['meshbatch', 'config', 'cli', 'app.module', 'main', 'worker', 'index'];

const SPEC = '\\.spec\\.ts$';
const pathOf = (parts) => `^src/(${parts.map((part) => part.replaceAll('.', '\\.')).join('|')})(/|\\.ts$)`;

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const orderRules = ORDER.flatMap((line, index) =>
  line.map((part) => {
    const neighbours = line.filter((other) => other !== part);
    const higher = [...ORDER.slice(index + 1).flat(), ...TOP];
    return {
      name: `order-${part}`,
      comment: `src/${part} imports a part that is higher in the import order, or a neighbour on its own line.`,
      severity: 'error',
      from: { path: pathOf([part]), pathNot: SPEC },
      to: { path: pathOf([...neighbours, ...higher]) },
    };
  }),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...orderRules,
    {
      name: 'known-part',
      comment: 'A file in src belongs to a part that the import order in .dependency-cruiser.cjs names.',
      severity: 'error',
      from: { path: '^src/', pathNot: [pathOf([...ORDER.flat(), ...TOP]), SPEC] },
      to: {},
    },
    {
      name: 'no-cycle',
      comment: 'Modules that import each other in a ring cannot be understood, tested or loaded one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'adapters-behind-registry',
      comment: 'A vendor is reached through the provider registry: only src/providers may import an adapter.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/providers/', SPEC] },
      to: { path: '^src/providers/adapters/' },
    },
    {
      name: 'product-only',
      comment: 'The product does not import tests, benchmarks or examples.',
      severity: 'error',
      from: { path: '^src/', pathNot: SPEC },
      to: { path: ['^(test|bench|examples|scripts)/', SPEC] },
    },
    {
      name: 'no-dev-dependency',
      comment: 'A development dependency is not installed where the product runs. Types alone are gone by then.',
      severity: 'error',
      from: { path: '^src/', pathNot: SPEC },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'declared-dependency',
      comment: 'A package that the product imports is named in package.json.',
      severity: 'error',
      from: { path: '^src/', pathNot: SPEC },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types count: an interface that a lower part takes from a higher one ties it just the same.
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'node', 'default', 'types'] },
  },
};
