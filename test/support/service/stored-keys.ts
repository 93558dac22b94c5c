import { createHash, randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { createKey } from './keys-command';
import type { TestService } from './test-service';

interface KeyOptions {
  readonly scopes?: readonly string[];
  readonly status?: 'active' | 'suspended' | 'revoked';
  readonly expiresAt?: Date;
}

const OWNER = `INSERT INTO meshbatch_owners (id, name, created_at) VALUES ($1, $1, now()) ON CONFLICT DO NOTHING`;
const KEY = `INSERT INTO meshbatch_api_keys (id, owner_id, hash, visible_prefix, status, scopes, expires_at, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, now())`;

/** Writes keys of one owner straight into the server database, where the command of the operator's would take a second for each. */
export async function storeKeys(
  { databaseUrl }: TestService,
  owner: string,
  wanted: readonly KeyOptions[],
): Promise<string[]> {
  const client = new Client(databaseUrl ?? '');
  await client.connect();
  try {
    await client.query(OWNER, [owner]);
    const keys: string[] = [];
    for (const { scopes = ['batches:read', 'batches:write'], status = 'active', expiresAt = null } of wanted) {
      const key = `rsk_${randomBytes(32).toString('base64url')}`;
      const hash = createHash('sha256').update(key).digest('hex');
      const row = [
        `key_${hash.slice(0, 26)}`,
        owner,
        hash,
        key.slice(0, 10),
        status,
        JSON.stringify(scopes),
        expiresAt,
      ];
      await client.query(KEY, row);
      keys.push(key);
    }
    return keys;
  } finally {
    await client.end();
  }
}

/** Makes a key of an owner the quickest way that the database allows. */
export async function ownerKey(service: TestService, owner: string): Promise<string> {
  if (service.databaseUrl === null) return (await createKey(service, owner)).key;
  const [key] = await storeKeys(service, owner, [{}]);
  return key!;
}
