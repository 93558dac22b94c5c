import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SystemRandom } from '../common/random';
import { isSecretsKey, newSecretsKey } from '../common/secret-box';
import type { DatabaseOptions } from '../persistence/persistence.module-definition';
import type { Env } from './env';

const FILE = 'secrets-key';

/** The file that holds the key cannot be used; what was stored under it could not be read without it. */
export class SecretsKeyFileError extends Error {
  override readonly name = 'SecretsKeyFileError';

  constructor(path: string) {
    super(`${path} holds no key: restore it, or remove it and make every webhook anew`);
  }
}

/**
 * What secrets are stored under: `SECRETS_KEY`, or, where this process has its database to itself, a key of its own in a file of
 * `DATA_DIR` that this user alone can read. None on a server without the setting, since its processes need the same.
 */
export function secretsKeys(
  { SECRETS_KEY: keys, DATA_DIR: folder }: Pick<Env, 'SECRETS_KEY' | 'DATA_DIR'>,
  { embedded }: Pick<DatabaseOptions, 'embedded'>,
): readonly string[] {
  return keys ?? (embedded ? [keyOfFile(folder)] : []);
}

function keyOfFile(folder: string): string {
  const path = join(folder, FILE);
  const key = read(path) ?? create(folder, path);
  if (!isSecretsKey(key)) throw new SecretsKeyFileError(path);
  return key;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** It is there whole or not at all, whenever the power goes. The folder is this process's, so nobody else makes one meanwhile. */
function create(folder: string, path: string): string {
  const key = newSecretsKey(new SystemRandom());
  const draft = `${path}.new`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, `${key}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  syncFolder(folder);
  return key;
}

function syncFolder(folder: string): void {
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
