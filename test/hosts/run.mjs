// Runs the example in examples/platform with the package as it would be published: on two major versions of Nest, on
// both platforms, as CommonJS and as ESM, working in the host's process and in one of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { atEnd, cleanUp } from './cleanups.mjs';
import { runHost } from './host.mjs';
import { assertShared, checkDeclarations, compile, install } from './installation.mjs';
import { pack } from './package-under-test.mjs';
import { startPostgres } from './postgres.mjs';
import { Report } from './report.mjs';
import { within } from './wait.mjs';

/** Twice what it takes when npm has to load its packages first. */
const LIMIT_MS = 420_000;
const REPOSITORY = resolve(import.meta.dirname, '../..');
const EXAMPLE = join(REPOSITORY, 'examples/platform');

/** The fewest hosts in which every two properties meet. */
const HOSTS = [
  { nest: 11, platform: 'express', kind: 'cjs', withWorker: true },
  { nest: 11, platform: 'fastify', kind: 'esm', withWorker: false },
  { nest: 12, platform: 'express', kind: 'esm', withWorker: false },
  { nest: 12, platform: 'fastify', kind: 'cjs', withWorker: false },
  { nest: 12, platform: 'fastify', kind: 'esm', withWorker: true },
].map((host) => ({
  ...host,
  name: [host.nest, host.platform, host.kind, host.withWorker ? 'worker' : 'api'].join('-'),
}));

const report = new Report();

/** Compiled examples, by version of Nest and kind of module; those that could not be made are missing. */
async function prepare(folder) {
  const archive = await report.check('package', 'is built and packed', () => pack(REPOSITORY, folder));
  if (!archive) return {};
  const versions = [...new Set(HOSTS.map(({ nest }) => nest))];
  const projects = await Promise.all(
    versions.map((nest) => prepareVersion(nest, join(folder, `nest-${nest}`), archive)),
  );
  return Object.assign({}, ...projects);
}

async function prepareVersion(nest, folder, archive) {
  const where = `nest ${nest}`;
  const done = () => true;
  if (!(await report.check(where, 'is installed', () => install(folder, nest, archive).then(done)))) return {};
  await report.check(where, 'and Meshbatch share their packages', () => assertShared(folder));
  const projects = {};
  for (const kind of ['cjs', 'esm']) {
    const project = await report.check(where, `compiles as ${kind}`, () => compile(folder, kind, EXAMPLE));
    if (project) projects[`${nest}-${kind}`] = project;
  }
  const [project] = Object.values(projects);
  if (project) await report.check(where, 'takes the declarations', () => checkDeclarations(project));
  return projects;
}

async function runAll() {
  const folder = await mkdtemp(join(tmpdir(), 'meshbatch-hosts-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const projects = await prepare(folder);
  const postgres = await startPostgres();
  atEnd(() => postgres.stop());
  for (const host of HOSTS) {
    const project = projects[`${host.nest}-${host.kind}`];
    if (!project) {
      await report.check(host.name, 'runs', () => Promise.reject(new Error('There is no compiled example')));
      continue;
    }
    const databaseUrl = await postgres.createDatabase();
    atEnd(() => postgres.dropDatabase(databaseUrl));
    await runHost(host, { project, databaseUrl, dataFolder: join(folder, host.name), report });
  }
}

async function main() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => cleanUp().finally(() => process.exit(130)));
  }
  try {
    await within('everything', LIMIT_MS, runAll());
  } catch (error) {
    await report.check('run', 'comes to its end', () => Promise.reject(error));
  }
  await cleanUp();
  console.log(report.summary);
  // Whatever a run that took too long was still waiting for is given up here.
  process.exit(report.failed === 0 ? 0 : 1);
}

await main();
