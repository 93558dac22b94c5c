import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TestService } from './test-service';

const CLI = resolve(__dirname, '../../../dist/cli');
const run = promisify(execFile);

/** Runs the operator's `keys` command beside a service, with the service's settings; resolves to its rows. */
export function runKeys(service: TestService, ...args: string[]): Promise<Record<string, string>[]> {
  return runCommand(service, 'keys', ...args);
}

/** As {@link runKeys}, for any command of the operator's. */
export function runCommand(service: TestService, command: string, ...args: string[]) {
  return runCommandWith({}, service, command, ...args);
}

/** As {@link runCommand}, with settings beside the service's. */
export async function runCommandWith(
  env: Readonly<Record<string, string>>,
  service: TestService,
  command: string,
  ...args: string[]
): Promise<Record<string, string>[]> {
  const path = join(CLI, `${command}.js`);
  const { stdout } = await run(process.execPath, [path, ...args], {
    env: { ...service.settings(), ...env },
    cwd: service.dataDir,
  });
  return stdout.trim().split('\n').map(toRow);
}

/** Makes a key; resolves to its id and the key itself. */
export async function createKey(
  service: TestService,
  owner: string,
  ...options: string[]
): Promise<{ id: string; key: string }> {
  const [row] = await runKeys(service, 'create', '--owner', owner, ...options);
  if (!row?.id || !row.key) throw new Error(`The command made no key: ${JSON.stringify(row)}`);
  return { id: row.id, key: row.key };
}

function toRow(line: string): Record<string, string> {
  const cells = line.split('  ').map((cell): [string, string] => {
    const split = cell.indexOf('=');
    return [cell.slice(0, split), cell.slice(split + 1)];
  });
  return Object.fromEntries(cells);
}
