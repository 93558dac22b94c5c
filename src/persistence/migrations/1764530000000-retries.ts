import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn } from '../own-data-source';

/**
 * Batches that retry items of another one. The index numbers a family's retries, so that no two of them are the same one; a batch whose
 * first one is deleted stands for itself, since it has its items and their outcomes.
 */
export class Retries1764530000000 implements MigrationInterface {
  readonly name = 'Retries1764530000000';

  async up(runner: QueryRunner): Promise<void> {
    const { table, index } = namesIn(runner);
    const batches = table('batches');
    await runner.query(`ALTER TABLE ${batches} ADD COLUMN root_id text REFERENCES ${batches} (id) ON DELETE SET NULL,
      ADD COLUMN retry_ordinal integer, ADD COLUMN origin_key text`);
    await runner.query(
      `CREATE UNIQUE INDEX ${index('batches_by_root')} ON ${batches} (root_id, retry_ordinal) WHERE root_id IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    // Its index goes with it.
    await runner.query(`ALTER TABLE ${namesIn(runner).table('batches')} DROP COLUMN root_id, DROP COLUMN retry_ordinal,
      DROP COLUMN origin_key`);
  }
}
