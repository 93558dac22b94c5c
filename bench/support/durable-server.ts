import { Client } from 'pg';
import { PostgresServer } from '../../test/support/postgres/postgres-server';

const SETTINGS = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes'];

/**
 * Starts a Postgres server, or takes the one of `TEST_DATABASE_URL`, and tells what decides how durable a commit is, and so how
 * fast. Throws where commits are not durable.
 */
export async function startDurableServer(): Promise<{ server: PostgresServer; settings: Record<string, string> }> {
  const server = await PostgresServer.start({ durable: true });
  try {
    const settings = await read(server);
    if (settings.fsync === 'on' && settings.synchronous_commit === 'on') return { server, settings };
    throw new Error('The benchmark wants a Postgres server with fsync and synchronous_commit on');
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function read(server: PostgresServer): Promise<Record<string, string>> {
  const client = new Client({ connectionString: server.adminUrl });
  await client.connect();
  try {
    const settings: Record<string, string> = {};
    for (const name of SETTINGS) {
      const { rows } = await client.query<Record<string, string>>(`SHOW ${name}`);
      settings[name] = rows[0]?.[name] ?? '';
    }
    return settings;
  } finally {
    await client.end();
  }
}
