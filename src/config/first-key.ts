import { writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ApiKeysService } from '../auth/api-keys.service';
import type { Env } from './env';
import { firstKeyPath } from './local-service';

const FIRST_OWNER = 'default';
const EXAMPLE = join(__dirname, '..', '..', 'examples', 'requests.json');

/**
 * Makes the first key, when there is none. It is shown on a terminal only; otherwise it goes to a file that this user alone can
 * read. Resolves to what to print, or null when there were keys already.
 */
export async function makeFirstKey(
  keys: ApiKeysService,
  env: Env,
  address: string,
  isTerminal: boolean,
): Promise<string | null> {
  if (!(await keys.isEmpty())) return null;
  const known = env.BOOTSTRAP_API_KEY;
  const key = known ?? keys.generate();
  const path = firstKeyPath(env.DATA_DIR);
  // The file first: a key that is stored and that nobody can read would be lost.
  if (known === undefined && !isTerminal) await writeFile(path, `${key}\n`, { mode: 0o600 });
  if (!(await keys.createFirstKey(FIRST_OWNER, key))) return null;
  if (known !== undefined)
    return `The first API key is that of BOOTSTRAP_API_KEY.\n\n${curl(address, '$BOOTSTRAP_API_KEY')}`;
  if (isTerminal) return `Your first API key, shown this once: ${key}\n\n${curl(address, key)}`;
  return `Your first API key is in ${path}\n\n${curl(address, `$(cat ${path})`)}`;
}

function curl(address: string, key: string): string {
  const example = relative(process.cwd(), EXAMPLE);
  const body = existsSync(EXAMPLE) ? `--data-binary @${example}` : `-d '${SMALL_BODY}'`;
  return [
    'Create a batch with it:',
    '',
    `  curl ${address}/v1/batches -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" ${body}`,
  ].join('\n');
}

const SMALL_BODY =
  '{"requests":[{"custom_id":"one","body":{"model":"sandbox/echo","messages":[{"role":"user","content":"Hello"}]}}]}';
