import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn } from '../own-data-source';

/** What was done by an `Idempotency-Key`, so that it is done once; owners of a host may have no row of ours yet. */
export class IdempotencyKeys1764500000000 implements MigrationInterface {
  readonly name = 'IdempotencyKeys1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    const { table, index } = namesIn(runner);
    await runner.query(`CREATE TABLE ${table('idempotency_keys')} (
      owner_id text NOT NULL,
      key text NOT NULL,
      body_hash text,
      batch_id text,
      answer text,
      holder text NOT NULL,
      lease_expires_at timestamptz NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (owner_id, key)
    )`);
    await runner.query(
      `CREATE INDEX ${index('idempotency_keys_created')} ON ${table('idempotency_keys')} (created_at)`,
    );
    await runner.query(
      `CREATE INDEX ${index('idempotency_keys_batch')} ON ${table('idempotency_keys')} (batch_id) WHERE batch_id IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${namesIn(runner).table('idempotency_keys')}`);
  }
}
