import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { assertNotOver, atEnd } from './cleanups.mjs';
import { within } from './wait.mjs';

/** Runs a command to its end and returns what it printed. Throws with all of it when it fails or takes too long. */
export async function run(command, args, { cwd, timeoutMs }) {
  assertNotOver();
  // A group of its own, so that what it started ends with it.
  const child = spawn(command, args, { cwd, env: environment(), detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', all: '' };
  child.stdout.on('data', (data) => {
    printed.stdout += data;
    printed.all += data;
  });
  child.stderr.on('data', (data) => (printed.all += data));
  atEnd(() => endGroup(child));
  const line = [command, ...args].join(' ');
  try {
    const [code] = await within(`${line} ends`, timeoutMs, once(child, 'close'));
    if (code === 0) return printed;
  } catch (cause) {
    endGroup(child);
    throw new Error(`${line}\n${printed.all}`, { cause });
  }
  throw new Error(`${line}\n${printed.all}`);
}

function endGroup(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

/** Ours, without what `npm run` adds about this repository, and without what would hide a conflict of peers. */
function environment() {
  const names = Object.keys(process.env).filter(
    (name) => !/^npm_(package|lifecycle|config_(local_prefix|legacy_peer_deps|force|strict_peer_deps))/i.test(name),
  );
  const env = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  return { ...env, npm_config_legacy_peer_deps: 'false', npm_config_force: 'false', NO_COLOR: '1' };
}
