import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn } from '../own-data-source';

/** Deleted batches of which something may still be stored, and batches by when they ended. */
export class Retention1764560000000 implements MigrationInterface {
  readonly name = 'Retention1764560000000';

  async up(runner: QueryRunner): Promise<void> {
    const { table, index } = namesIn(runner);
    await runner.query(`CREATE TABLE ${table('erasures')} (
      batch_id text PRIMARY KEY,
      tokens jsonb NOT NULL,
      due_at timestamptz NOT NULL,
      tries integer NOT NULL DEFAULT 0
    )`);
    await runner.query(`CREATE INDEX ${index('erasures_due')} ON ${table('erasures')} (due_at)`);
    await runner.query(`ALTER TABLE ${table('leftovers')} ADD COLUMN ended boolean NOT NULL DEFAULT true`);
    await runner.query(`CREATE INDEX ${index('batches_ended')} ON ${table('batches')}
      (COALESCE(completed_at, failed_at, expired_at, cancelled_at))`);
    await runner.query(`CREATE INDEX ${index('batches_expiring')} ON ${table('batches')}
      (COALESCE(completed_at, failed_at, expired_at, cancelled_at)) WHERE output_expires_after IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { table, index } = namesIn(runner);
    // In the schema of its table, which need not be the one that names are looked up in.
    const schema = table('batches').split('.').slice(0, -1);
    for (const name of ['batches_ended', 'batches_expiring'])
      await runner.query(`DROP INDEX ${[...schema, index(name)].join('.')}`);
    await runner.query(`ALTER TABLE ${table('leftovers')} DROP COLUMN ended`);
    await runner.query(`DROP TABLE ${table('erasures')}`);
  }
}
