import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { PostgresServer } from '../support/postgres/postgres-server';
import { runChaos, type ChaosReport } from './chaos';

const SHOWN = 20;
const LONGEST = 500;
const SETTLE_MS = 240_000;

interface RunOptions {
  readonly minutes: string;
  readonly seed: string;
  readonly workers: string;
  readonly apis: string;
}

/** Runs chaos on demand and tells what came of it; the exit code is 1 when anything was violated. */
async function main(): Promise<void> {
  const command = new Command('chaos')
    .description('Runs API processes and workers under faults, then checks that nothing was lost, doubled or mixed up')
    .option('--minutes <minutes>', 'how long faults are injected', '10')
    .option('--seed <seed>', 'of the plan of faults and of the load; the same gives the same', '1')
    .option('--workers <count>', 'worker processes', '4')
    .option('--apis <count>', 'API processes', '2')
    .parse();
  const { minutes, seed, workers, apis } = command.opts<RunOptions>();
  const options = { seed: Number(seed), lengthMs: Number(minutes) * 60_000, settleMs: SETTLE_MS };
  const server = await PostgresServer.start();
  try {
    const report = await runChaos(server, { ...options, workers: Number(workers), apis: Number(apis) });
    tell(report, options.seed);
    process.exitCode = report.violations.length > 0 ? 1 : 0;
  } finally {
    await server.stop();
  }
}

function tell(
  { faults, batches, items, statuses, parked, leftBehind, violations, ...kept }: ChaosReport,
  seed: number,
): void {
  const sum = Object.values(faults).reduce((total, count) => total + count, 0);
  console.log(
    `CHAOS seed ${seed}: ${sum} faults injected, ${batches} batches, ${items} items, ${violations.length} violations`,
  );
  console.log(`faults ${JSON.stringify(faults)}`);
  console.log(`batches ${JSON.stringify(statuses)}, ${parked} parts decided by an operator`);
  console.log(`left for the reconciliation: ${leftBehind.inputs} inputs at vendors, ${leftBehind.blobs} blobs`);
  if (violations.length === 0) return;
  const folder = join('build', 'chaos', `seed-${seed}`);
  mkdirSync(folder, { recursive: true });
  const lines = kept.history.entries.map((entry) => JSON.stringify(entry)).join('\n');
  writeFileSync(join(folder, 'history.jsonl'), `${lines}\n`);
  writeFileSync(join(folder, 'violations.json'), JSON.stringify({ violations, rows: kept.rows }, null, 2));
  for (const [name, log] of Object.entries(kept.logs)) writeFileSync(join(folder, `${name}.log`), log);
  console.error(`violations ${JSON.stringify(countBy(violations.map(({ kind }) => kind)))}`);
  // One of each kind on a subject: a batch that is lost is lost item by item.
  const shown = new Map(violations.map((each) => [`${each.kind}: ${each.subject}`, each.detail]));
  for (const [what, detail] of [...shown].slice(0, SHOWN)) console.error(`${what}: ${detail.slice(0, LONGEST)}`);
  console.error(`All of it, the history, the rows and the logs of the processes are in ${folder}`);
}

function countBy(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
