import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn } from '../own-data-source';
import { placed } from '../placed';

/** Running parts are found by provider and time, all others by time: neither walks through the other. */
export class BulkPolls1764200000000 implements MigrationInterface {
  readonly name = 'BulkPolls1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    const { table, index } = namesIn(runner);
    const parts = table('parts');
    await runner.query(`CREATE INDEX ${index('parts_polls')} ON ${parts} (provider, due_at) WHERE state = 'running'`);
    await runner.query(
      `CREATE INDEX ${index('parts_steps')} ON ${parts} (due_at) WHERE state NOT IN ('ended', 'running')`,
    );
    await runner.query(`DROP INDEX ${placed(parts, index('parts_due'))}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { table, index } = namesIn(runner);
    const parts = table('parts');
    await runner.query(`CREATE INDEX ${index('parts_due')} ON ${parts} (due_at) WHERE state <> 'ended'`);
    for (const name of ['parts_steps', 'parts_polls']) await runner.query(`DROP INDEX ${placed(parts, index(name))}`);
  }
}
