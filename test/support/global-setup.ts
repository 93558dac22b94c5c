import { pgliteTemplate } from './postgres/pglite-template';
import { PostgresServer } from './postgres/postgres-server';

declare global {
  /** How the setup hands the server to the teardown, which is loaded on its own. */
  var meshbatchTestServer: PostgresServer | undefined;
}

/** Prepares once what every test file of the run shares. */
export default async function globalSetup(): Promise<void> {
  const server = await PostgresServer.start();
  globalThis.meshbatchTestServer = server;
  process.env.MESHBATCH_TEST_POSTGRES = server.adminUrl;
  process.env.MESHBATCH_TEST_PGLITE_TEMPLATE = await pgliteTemplate();
}
