import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const OPERATOR_COMMAND = join(__dirname, '..', '..', 'keys.js');

/** Keys are the operator's: a process of its own runs that command, where the service's data or database is. */
export async function keys(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [OPERATOR_COMMAND, ...args], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
