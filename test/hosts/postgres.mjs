import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ts from 'typescript';

const require = createRequire(import.meta.url);
const COMPILER_OPTIONS = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };

// The one place that knows how to start a server is written in TypeScript, which Node 20 does not read.
require.extensions['.ts'] = (module, file) => {
  module._compile(ts.transpile(readFileSync(file, 'utf8'), COMPILER_OPTIONS, file), file);
};

/** A real Postgres server: the one `TEST_DATABASE_URL` names, or else one of our own. */
export function startPostgres() {
  const { PostgresServer } = require('../support/postgres/postgres-server.ts');
  return PostgresServer.start();
}
