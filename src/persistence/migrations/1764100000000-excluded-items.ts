import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn } from '../own-data-source';

/** Items that a provider refused before anything ran: what they are, and how often the rest was sent again. */
export class ExcludedItems1764100000000 implements MigrationInterface {
  readonly name = 'ExcludedItems1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    const parts = namesIn(runner).table('parts');
    await runner.query(`ALTER TABLE ${parts} ADD COLUMN excluded jsonb NOT NULL DEFAULT '[]'`);
    await runner.query(`ALTER TABLE ${parts} ADD COLUMN resubmissions integer NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const parts = namesIn(runner).table('parts');
    await runner.query(`ALTER TABLE ${parts} DROP COLUMN resubmissions`);
    await runner.query(`ALTER TABLE ${parts} DROP COLUMN excluded`);
  }
}
