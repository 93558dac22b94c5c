import { PostgresServer } from '../support/postgres/postgres-server';
import { FULL_TIER } from '../support/tier';
import { runChaos } from './chaos';
import { planFaults } from './fault-plan';
import { planLoad } from './load-plan';

const MINUTE = 60_000;
const TOPOLOGY = { apis: 2, workers: 4 };

describe('the plan of a run', () => {
  it('is the same for the same seed and another for another', () => {
    const plans = (seed: number) => [
      planFaults(seed, MINUTE, TOPOLOGY),
      planLoad(seed, MINUTE, { owners: 6, apis: TOPOLOGY.apis }),
    ];
    expect(plans(7)).toEqual(plans(7));
    expect(plans(7)).not.toEqual(plans(8));
  });

  it('has more than 500 faults in 20 minutes, of every kind', () => {
    const plan = planFaults(7, 20 * MINUTE, TOPOLOGY);
    expect(plan.length).toBeGreaterThan(1_000);
    expect([...new Set(plan.map(({ fault }) => fault.kind))].sort()).toEqual([
      'cut at commit',
      'cut connections',
      'fail job',
      'kill',
      'outage',
      'pause',
      'stall database',
      'upstream',
    ]);
  });
});

(FULL_TIER ? describe : describe.skip)('a short run', () => {
  it(
    'loses, doubles and mixes up nothing',
    async () => {
      const server = PostgresServer.at(process.env.MESHBATCH_TEST_POSTGRES ?? '');
      const report = await runChaos(server, { seed: 3, lengthMs: 10_000, settleMs: MINUTE, apis: 1, workers: 2 });
      expect(report.violations).toEqual([]);
      expect(report.batches).toBeGreaterThan(5);
      expect(Object.values(report.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(2);
    },
    2 * MINUTE,
  );
});
