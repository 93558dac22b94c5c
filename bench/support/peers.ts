import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH } from './paths';

/** Installs what `bench/package-lock.json` names, unless it is there; no script of a package runs. */
export function installPeers(): void {
  if (isInstalled()) return;
  console.log('Installing the peers into bench/node_modules');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', BENCH];
  execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function isInstalled(): boolean {
  const { dependencies } = JSON.parse(readFileSync(join(BENCH, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return Object.entries(dependencies).every(([name, version]) => {
    const manifest = join(BENCH, 'node_modules', name, 'package.json');
    if (!existsSync(manifest)) return false;
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version === version;
  });
}
