import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { holds, type Measured } from './figure';
import { BENCH, REPOSITORY } from './paths';

const RESULTS = join(BENCH, 'results');

/** `BENCH <name> <value> <unit> bar=<bar>`, and MISS where the bar is missed. */
export function lineOf(measured: Measured): string {
  const { name, value, unit, bar } = measured;
  const asked = bar === null ? 'none' : `${bar.sign}${bar.limit}`;
  return `BENCH ${name} ${spell(value)} ${unit} bar=${asked}${holds(measured) ? '' : ' MISS'}`;
}

/** Where and on what a run was measured. */
export function machine(postgres: Readonly<Record<string, string>>) {
  const cores = cpus();
  return {
    date: new Date().toISOString(),
    commit: commit(),
    node: process.version,
    cores: cores.length,
    cpu: cores[0]?.model ?? 'unknown',
    postgres,
  };
}

/** Null outside a clone. */
function commit(): string | null {
  const asked = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: REPOSITORY, encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : null;
}

/** Writes `bench/results/latest.json`; returns its path. */
export function writeResults(about: object, results: readonly Measured[]): string {
  mkdirSync(RESULTS, { recursive: true });
  const path = join(RESULTS, 'latest.json');
  const rows = results.map((measured) => ({ ...measured, holds: holds(measured) }));
  writeFileSync(path, `${JSON.stringify({ ...about, results: rows }, null, 2)}\n`);
  return path;
}

function spell(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) < 1 ? 3 : 2);
}
