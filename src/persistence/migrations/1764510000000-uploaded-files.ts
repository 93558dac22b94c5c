import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn } from '../own-data-source';

/** Files that are uploaded before there is a batch of them: what their scan found, when they expire, and who still reads them. */
export class UploadedFiles1764510000000 implements MigrationInterface {
  readonly name = 'UploadedFiles1764510000000';

  async up(runner: QueryRunner): Promise<void> {
    const { table, index } = namesIn(runner);
    await runner.query(`ALTER TABLE ${table('files')} ALTER COLUMN batch_id DROP NOT NULL,
      ADD COLUMN scan text,
      ADD COLUMN status_details text,
      ADD COLUMN expires_at timestamptz,
      ADD COLUMN deleted_at timestamptz`);
    await runner.query(`ALTER TABLE ${table('batches')} ADD COLUMN output_expires_after integer`);
    await runner.query(`CREATE INDEX ${index('batches_by_input')} ON ${table('batches')} (input_file_id)
      WHERE status NOT IN ('completed', 'failed', 'cancelled', 'expired')`);
    await runner.query(`CREATE INDEX ${index('files_expiring')} ON ${table('files')} (expires_at)
      WHERE batch_id IS NULL AND expires_at IS NOT NULL`);
  }

  /** What was uploaded is lost: its blobs go with the next sweep. */
  async down(runner: QueryRunner): Promise<void> {
    const { table, index } = namesIn(runner);
    // In the schema of its table, which need not be the one that names are looked up in.
    const placed = [...table('batches').split('.').slice(0, -1), index('batches_by_input')].join('.');
    await runner.query(`DROP INDEX ${placed}`);
    await runner.query(`ALTER TABLE ${table('batches')} DROP COLUMN output_expires_after`);
    await runner.query(`DELETE FROM ${table('files')} WHERE batch_id IS NULL`);
    await runner.query(`ALTER TABLE ${table('files')} ALTER COLUMN batch_id SET NOT NULL,
      DROP COLUMN scan, DROP COLUMN status_details, DROP COLUMN expires_at, DROP COLUMN deleted_at`);
  }
}
