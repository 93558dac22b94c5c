import assert from 'node:assert/strict';
import { Client } from 'pg';

/** How many rows that owner has. */
export async function countOwners(url, ownerId) {
  const { rows } = await query(url, 'SELECT count(*)::int AS count FROM llm.meshbatch_owners WHERE id = $1', [ownerId]);
  return rows[0].count;
}

/** The example asked for a schema; a host's tables are in another. */
export async function checkPublicSchema(url) {
  const tables = await query(url, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`);
  assert.deepEqual(tables.rows, []);
}

async function query(url, sql, parameters) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql, parameters);
  } finally {
    await client.end();
  }
}
