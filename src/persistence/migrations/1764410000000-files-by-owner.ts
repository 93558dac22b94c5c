import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn } from '../own-data-source';

/** What an owner has stored is counted at every create where that has a limit: from the index alone. */
export class FilesByOwner1764410000000 implements MigrationInterface {
  readonly name = 'FilesByOwner1764410000000';

  async up(runner: QueryRunner): Promise<void> {
    const { table, index } = namesIn(runner);
    await runner.query(`CREATE INDEX ${index('files_by_owner')} ON ${table('files')} (owner_id) INCLUDE (bytes)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { table, index } = namesIn(runner);
    // In the schema of its table, which need not be the one that names are looked up in.
    const placed = [...table('files').split('.').slice(0, -1), index('files_by_owner')].join('.');
    await runner.query(`DROP INDEX ${placed}`);
  }
}
