import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn } from '../own-data-source';
import { placed } from '../placed';

const recreated = (columns: string) => async (runner: QueryRunner) => {
  const { table, index } = namesIn(runner);
  const [parts, steps] = [table('parts'), index('parts_steps')];
  await runner.query(`DROP INDEX ${placed(parts, steps)}`);
  await runner.query(`CREATE INDEX ${steps} ON ${parts} (${columns}) WHERE state NOT IN ('ended', 'running')`);
};

/** Parts that want a step are found by state and time: a backlog in one state hides none in another. */
export class StepsByState1764590000000 implements MigrationInterface {
  readonly name = 'StepsByState1764590000000';
  readonly up = recreated('state, due_at');
  readonly down = recreated('due_at');
}
