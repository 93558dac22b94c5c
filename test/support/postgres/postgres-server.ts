import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { PostgresCluster, type ClusterOptions } from './postgres-cluster';

/** A real Postgres server for tests: the one `TEST_DATABASE_URL` names, or else one of our own. */
export class PostgresServer {
  private constructor(
    /** Where databases are created and dropped. */
    readonly adminUrl: string,
    private readonly cluster?: PostgresCluster,
  ) {}

  /** Starts a server, or takes the one of `TEST_DATABASE_URL`. */
  static async start(options?: ClusterOptions): Promise<PostgresServer> {
    const given = process.env.TEST_DATABASE_URL;
    return given ? PostgresServer.at(given) : PostgresServer.startOwn(options);
  }

  /** Starts a server that belongs to the caller alone, for tests that stop it. */
  static async startOwn(options?: ClusterOptions): Promise<PostgresServer> {
    const cluster = await PostgresCluster.create(options);
    return new PostgresServer(`postgres://postgres@127.0.0.1:${cluster.port}/postgres`, cluster);
  }

  /** A server that someone else runs; the URL's user may create databases. */
  static at(adminUrl: string): PostgresServer {
    return new PostgresServer(adminUrl);
  }

  /** Where a database of this server is reached. */
  url(database: string): string {
    const url = new URL(this.adminUrl);
    url.pathname = `/${database}`;
    return url.toString();
  }

  /** Creates an empty database and returns its URL. */
  async createDatabase(name = `test_${randomBytes(8).toString('hex')}`): Promise<string> {
    await this.administer(`CREATE DATABASE "${name}"`);
    return this.url(name);
  }

  /** Drops the database of a URL that {@link createDatabase} returned, whoever is still connected. */
  async dropDatabase(url: string): Promise<void> {
    await this.administer(`DROP DATABASE IF EXISTS "${new URL(url).pathname.slice(1)}" WITH (FORCE)`);
  }

  /** Stops a server of ours and deletes its data. */
  async stop(): Promise<void> {
    await this.cluster?.remove();
  }

  /** Ends the server as a crash would: connections break and nothing is flushed. {@link restart} recovers. */
  async stopImmediately(): Promise<void> {
    await this.own().end('SIGQUIT');
  }

  /** Starts the server again on its old port, after {@link stopImmediately}. */
  async restart(): Promise<void> {
    await this.own().start();
  }

  private own(): PostgresCluster {
    if (!this.cluster) throw new Error('This server is not ours to stop: use PostgresServer.startOwn()');
    return this.cluster;
  }

  private async administer(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.adminUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}
