#!/usr/bin/env node
/**
 * Completes package-lock.json with the optional packages of other platforms.
 *
 * A registry or mirror that lacks some native packages makes npm drop their optional entries from the lock, and
 * `npm ci` then refuses that lock ("Missing: … from lock file"). An entry needs no more than its version and the
 * platforms it is for; npm skips it where they do not match.
 *
 *   node scripts/complete-lock.mjs           rewrites package-lock.json when something is missing or out of date
 *   node scripts/complete-lock.mjs --check   changes nothing; lists what is wrong and exits 1
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LOCK_FILE = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const OS_NAMES = { windows: 'win32', macos: 'darwin', linuxmusl: 'linux' };
const OS = /^(aix|android|darwin|freebsd|linux|linuxmusl|macos|netbsd|openbsd|openharmony|sunos|win32|windows)$/;
const CPU = /^(arm|arm64|ia32|loong64|mips64el|ppc64|riscv64|s390x|wasm32|x64)$/;
const LIBC = { gnu: 'glibc', glibc: 'glibc', musl: 'musl' };
/** Native packages whose name does not say where they run. */
const BY_NAME = { fsevents: { os: ['darwin'] } };

/** `@scope/binding-linux-x64-gnu` → `{ cpu: ['x64'], libc: ['glibc'], os: ['linux'] }`; null when the name says nothing. */
export function platformOf(name) {
  if (BY_NAME[name]) return BY_NAME[name];
  const words = name.replace(/^@[^/]+\//, '').split('-');
  const osWord = words.find((word) => OS.test(word));
  const cpu = words.find((word) => CPU.test(word));
  const libc = osWord === 'linuxmusl' ? 'musl' : LIBC[words.at(-1)];
  if (!osWord && !cpu) return null;
  return {
    ...(cpu && { cpu: [cpu] }),
    ...(libc && (osWord ?? '').startsWith('linux') && { libc: [libc] }),
    ...(osWord && { os: [OS_NAMES[osWord] ?? osWord] }),
  };
}

/** The place where Node would find `name` from the package at `from`, or null. */
function locate(packages, from, name) {
  let base = from;
  for (;;) {
    const place = `${base && `${base}/`}node_modules/${name}`;
    if (packages[place]) return place;
    if (!base) return null;
    const cut = base.lastIndexOf('/node_modules/');
    base = cut === -1 ? '' : base.slice(0, cut);
  }
}

const exactVersion = (spec) => /^[\^~]?(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)$/.exec(spec)?.[1] ?? null;
/** An entry that this script wrote: nothing was ever downloaded for it. */
const isPlaceholder = (entry) => Boolean(entry.optional && !entry.integrity && !entry.inBundle && !entry.link);

/** Pure: the lock with every optional entry in place. */
export function complete(lock) {
  const kept = Object.entries(lock.packages).filter(([, entry]) => !isPlaceholder(entry));
  const packages = Object.fromEntries(kept);
  const unknown = [];
  for (const [from, parent] of kept) {
    for (const [name, spec] of Object.entries(parent.optionalDependencies ?? {})) {
      const version = exactVersion(spec);
      const found = locate(packages, from, name);
      const clashes = found && /^\d/.test(spec) && packages[found].version !== version;
      if (found && !clashes) {
        if (isPlaceholder(packages[found]) && !parent.dev) delete packages[found].dev;
        continue;
      }
      const platform = platformOf(name);
      if (!platform || !version) {
        unknown.push(`${name}@${spec} (asked for by ${from || 'package.json'})`);
        continue;
      }
      const { cpu, libc, os } = platform;
      packages[clashes ? `${from}/node_modules/${name}` : `node_modules/${name}`] = {
        version,
        ...(cpu && { cpu }),
        ...(parent.dev && { dev: true }),
        ...(libc && { libc }),
        optional: true,
        ...(os && { os }),
      };
    }
  }
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { lock: { ...lock, packages: Object.fromEntries(sorted) }, unknown };
}

function main() {
  const check = process.argv.includes('--check');
  const text = readFileSync(LOCK_FILE, 'utf8');
  const before = JSON.parse(text);
  const { lock: after, unknown } = complete(before);
  const problems = [
    ...unknown.map((what) => `cannot tell the platform of ${what}`),
    ...Object.entries(after.packages)
      .filter(([place, entry]) => JSON.stringify(entry) !== JSON.stringify(before.packages[place]))
      .map(([place, entry]) => `missing or out of date: ${place}@${entry.version}`),
    ...Object.keys(before.packages)
      .filter((place) => !after.packages[place])
      .map((place) => `no longer asked for: ${place}`),
  ];
  for (const problem of problems) console.log(problem);
  if (check) {
    if (problems.length > 0) console.log('Run: node scripts/complete-lock.mjs');
  } else if (problems.length > unknown.length) {
    writeFileSync(LOCK_FILE, `${JSON.stringify(after, null, 2)}\n`);
  }
  const wrong = check ? problems.length : unknown.length;
  console.log(`${Object.keys(after.packages).length} entries, ${problems.length} ${check ? 'wrong' : 'found wrong'}`);
  process.exitCode = wrong > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
