import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TestService } from './test-service';

const KEYS = resolve(__dirname, '../../../dist/cli/keys.js');
const run = promisify(execFile);

/** Runs the operator's `keys` command beside a service, with the service's settings; resolves to its rows. */
export async function runKeys(service: TestService, ...args: string[]): Promise<Record<string, string>[]> {
  const { stdout } = await run(process.execPath, [KEYS, ...args], { env: service.settings(), cwd: service.dataDir });
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
