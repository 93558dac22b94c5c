import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { run } from './command.mjs';

const require = createRequire(import.meta.url);
const TSC = join(require.resolve('typescript/package.json'), '../bin/tsc');
const TYPE = { cjs: 'commonjs', esm: 'module' };
/** Two copies of one of these in a process do not know each other's classes. */
const SHARED = ['@nestjs', 'reflect-metadata', 'rxjs', 'typeorm', 'class-transformer', 'class-validator'];

/** A folder with one version of Nest, the packages of a host, and the archive, as `npm install` makes it. */
export async function install(folder, nest, archive) {
  await mkdir(folder);
  const versions = JSON.parse(await readFile(new URL('versions.json', import.meta.url), 'utf8'));
  const dependencies = { ...versions.common, ...versions.nest[nest], meshbatch: `file:${archive}` };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }, null, 2));
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--prefer-offline'];
  await run('npm', ['install', ...quiet], { cwd: folder, timeoutMs: 120_000 });
}

/** The package must bring no copy of what it shares with its host. */
export async function assertShared(folder) {
  const own = join(folder, 'node_modules/meshbatch/node_modules');
  const copies = existsSync(own) ? (await readdir(own)).filter((name) => SHARED.includes(name)) : [];
  if (copies.length > 0) throw new Error(`Meshbatch has its own ${copies.join(', ')}`);
}

/** The example as the package type says, compiled in an installation; returns its folder. */
export async function compile(installation, kind, example) {
  const folder = join(installation, kind);
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: TYPE[kind] }));
  for (const part of ['src', 'tsconfig.json']) await cp(join(example, part), join(folder, part), { recursive: true });
  await run(process.execPath, [TSC, '-p', '.'], { cwd: folder, timeoutMs: 60_000 });
  return folder;
}

/** The declarations of the package, checked with those of the host's Nest; a host's own `skipLibCheck` would hide them. */
export async function checkDeclarations(folder) {
  const args = [TSC, '-p', '.', '--noEmit', '--skipLibCheck', 'false', '--pretty', 'false'];
  const printed = await run(process.execPath, args, { cwd: folder, timeoutMs: 60_000 }).then(
    () => '',
    (error) => error.message,
  );
  const faults = printed.match(/^.*node_modules\/meshbatch\/.*error TS.*$/gm) ?? [];
  // Those of other packages are no matter of ours, but the compiler must have come to its end.
  if (printed !== '' && !printed.includes('error TS')) throw new Error(printed);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}
