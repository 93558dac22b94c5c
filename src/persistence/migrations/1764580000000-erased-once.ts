import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn } from '../own-data-source';

/** Whether a deleted batch was erased once: it is a second time, for what was written late. */
export class ErasedOnce1764580000000 implements MigrationInterface {
  readonly name = 'ErasedOnce1764580000000';

  async up(runner: QueryRunner): Promise<void> {
    const erasures = namesIn(runner).table('erasures');
    await runner.query(`ALTER TABLE ${erasures} ADD COLUMN erased boolean NOT NULL DEFAULT false`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE ${namesIn(runner).table('erasures')} DROP COLUMN erased`);
  }
}
