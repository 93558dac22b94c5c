import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn } from '../own-data-source';

/** Who last had the turn of a periodic pass, whose the blobs are, and what attempts may have left at their providers. */
export class Reconciliation1764300000000 implements MigrationInterface {
  readonly name = 'Reconciliation1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    const { table, index } = namesIn(runner);
    await runner.query(`CREATE TABLE ${table('turns')} (name text PRIMARY KEY, taken_at timestamptz NOT NULL)`);
    await runner.query(`CREATE TABLE ${table('installation')} (name text PRIMARY KEY, id text NOT NULL)`);
    await runner.query(`CREATE TABLE ${table('leftovers')} (
      token text PRIMARY KEY,
      provider text NOT NULL,
      attempt jsonb NOT NULL,
      remote_id text,
      due_at timestamptz NOT NULL,
      failures integer NOT NULL DEFAULT 0
    )`);
    await runner.query(`CREATE INDEX ${index('leftovers_due')} ON ${table('leftovers')} (due_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['leftovers', 'installation', 'turns'])
      await runner.query(`DROP TABLE ${namesIn(runner).table(name)}`);
  }
}
