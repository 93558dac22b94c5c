import { createHash } from 'node:crypto';
import { Pool, type QueryResultRow } from 'pg';

/** Every attempt that was ever named: a part's row forgets those that certainly did not take place. */
const AUDIT = `CREATE TABLE audit_attempts (token text PRIMARY KEY, part_id text NOT NULL);
  CREATE FUNCTION audit_attempt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO audit_attempts VALUES (NEW.attempt_token, NEW.id) ON CONFLICT DO NOTHING; RETURN NULL; END $$;
  CREATE TRIGGER audit_attempts AFTER UPDATE OF attempt_token ON meshbatch_parts
    FOR EACH ROW WHEN (NEW.attempt_token IS NOT NULL) EXECUTE FUNCTION audit_attempt()`;

export interface ClusterOwner {
  readonly id: string;
  readonly key: string;
}

/** What a check needs of a database. */
export interface RowQueries {
  query<T extends QueryResultRow>(sql: string): Promise<T[]>;
}

/** The harness's own connections to the database of a cluster, which no fault reaches. */
export class ClusterRows {
  private readonly pool: Pool;

  constructor(databaseUrl: string) {
    this.pool = new Pool({ connectionString: databaseUrl, max: 4 });
  }

  async query<T extends QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return (await this.pool.query<T>(sql, parameters)).rows;
  }

  /** Keeps the names of all attempts from now on. */
  async audit(): Promise<void> {
    await this.pool.query(AUDIT);
  }

  /** By the token of an attempt, what it was to send. */
  async attempts(): Promise<Map<string, { part: string; batch: string }>> {
    const rows = await this.query<{ token: string; part: string; batch: string }>(
      `SELECT token, part_id AS part, batch_id AS batch FROM audit_attempts JOIN meshbatch_parts ON id = part_id`,
    );
    return new Map(rows.map(({ token, part, batch }) => [token, { part, batch }]));
  }

  /** Makes owners with a key each, at once: the operator's command would take half a second for each. */
  async addOwners(count: number): Promise<ClusterOwner[]> {
    const owners = Array.from({ length: count }, (_, n) => ({
      id: `owner_${n}`,
      key: `rsk_${`${n}`.padStart(40, 'x')}`,
    }));
    const ids = owners.map(({ id }) => id);
    const hashes = owners.map(({ key }) => createHash('sha256').update(key).digest('hex'));
    await this.query(
      `INSERT INTO meshbatch_owners (id, name, created_at) SELECT id, id, now() FROM unnest($1::text[]) id`,
      [ids],
    );
    await this.query(
      `INSERT INTO meshbatch_api_keys (id, owner_id, hash, visible_prefix, status, scopes, created_at)
       SELECT 'key_' || id, id, hash, 'rsk_', 'active', (SELECT jsonb_agg(s) FROM unnest($3::text[]) s), now()
       FROM unnest($1::text[], $2::text[]) AS made (id, hash)`,
      [ids, hashes, ['batches:read', 'batches:write']],
    );
    return owners;
  }

  async end(): Promise<void> {
    await this.pool.end();
  }
}
