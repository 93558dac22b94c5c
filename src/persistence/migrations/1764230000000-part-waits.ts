import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn } from '../own-data-source';

/** Parts that wait for a slot or for room at their provider, and those that take up one. */
export class PartWaits1764230000000 implements MigrationInterface {
  readonly name = 'PartWaits1764230000000';

  async up(runner: QueryRunner): Promise<void> {
    const { table, index } = namesIn(runner);
    const parts = table('parts');
    await runner.query(`ALTER TABLE ${parts} ADD COLUMN waits_for text`);
    await runner.query(`CREATE INDEX ${index('parts_in_flight')} ON ${parts} (provider, batch_id)
      WHERE state IN ('submitting', 'running') AND waits_for IS NULL`);
    await runner.query(`CREATE INDEX ${index('parts_waiting')} ON ${parts} (provider, waits_for, batch_id, ordinal)
      WHERE waits_for IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    // Its indexes go with it.
    await runner.query(`ALTER TABLE ${namesIn(runner).table('parts')} DROP COLUMN waits_for`);
  }
}
