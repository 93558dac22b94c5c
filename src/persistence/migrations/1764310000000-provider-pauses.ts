import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn } from '../own-data-source';

/** Until when calls of a kind to a provider wait, in every process. */
export class ProviderPauses1764310000000 implements MigrationInterface {
  readonly name = 'ProviderPauses1764310000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE ${namesIn(runner).table('provider_pauses')} (
      provider text NOT NULL,
      calls text NOT NULL,
      reason text NOT NULL,
      paused_until timestamptz NOT NULL,
      PRIMARY KEY (provider, calls)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${namesIn(runner).table('provider_pauses')}`);
  }
}
