import { LanePool } from '../../support/crash/lane-pool';
import { TAKE_OVER_MS } from '../../support/crash/blows';
import { runPoint } from '../../support/crash/run-point';
import { DATABASE_KINDS } from '../../support/service/test-service';
import { FULL_TIER, sampled } from '../../support/tier';
import { POINTS } from './points/points';

const TIMEOUT_MS = 180_000;

const RUNS = POINTS.flatMap((point, index) =>
  (point.databases ?? DATABASE_KINDS).map((database) => ({
    name: point.name,
    database,
    point,
    tag: `${database}-${index}`,
  })),
);

describe('the crash matrix', () => {
  const lanes = new LanePool();
  const takeOvers: number[] = [];

  afterAll(async () => {
    await lanes.dispose();
    if (!FULL_TIER || takeOvers.length === 0) return;
    const longest = Math.max(...takeOvers);
    process.stdout.write(`${RUNS.length} points, ${takeOvers.length} parts taken over, within ${longest} ms at most\n`);
  });

  it.concurrent.each(sampled(RUNS, ({ point, database }) => point.sample?.includes(database) ?? false))(
    '$name, $database',
    async ({ point, database, tag }) => {
      const { takeOverMs } = await lanes.use(database, (lane) => runPoint(lane, point, tag));
      if (takeOverMs === null) return;
      takeOvers.push(takeOverMs);
      expect(takeOverMs).toBeLessThan(TAKE_OVER_MS);
    },
    TIMEOUT_MS,
  );
});
