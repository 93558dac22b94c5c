import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FIGURES } from './figures/figures';
import { Cleanups } from './support/cleanups';
import { startDurableServer } from './support/durable-server';
import { holds, type Figure } from './support/figure';
import { BENCH } from './support/paths';
import { installPeers } from './support/peers';
import { machine, writeResults } from './support/report';
import { runFigures } from './support/run-figures';

const ROUNDS = 5;
/** Figures at a time in the short form, where speed does not matter. */
const SHORT_AT_ONCE = 3;
const PROFILES = join(BENCH, 'results/profiles');
const OPTIONS = {
  short: { type: 'boolean', default: false },
  profile: { type: 'boolean', default: false },
  seconds: { type: 'string' },
} as const;

/** Runs the figures that are named, or all. A bar that is missed is told and is no failure. */
async function main(args: readonly string[]): Promise<void> {
  const { values: flags, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  const figures = choose(positionals);
  const cleanups = new Cleanups();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.error(`Stopped by ${signal}`);
      void cleanups.run().finally(() => process.exit(130));
    });
  }
  try {
    installPeers();
    const { server, settings } = await startDurableServer();
    cleanups.add(() => server.stop());
    const about = machine(settings);
    const how = {
      short: flags.short,
      rounds: flags.short ? 1 : ROUNDS,
      seconds: flags.seconds === undefined ? null : Number(flags.seconds),
      profiles: flags.profile ? PROFILES : null,
    };
    const context = { ...how, server, cleanups };
    const { results, broken } = await runFigures(figures, context, flags.short ? SHORT_AT_ONCE : 1);
    const barred = results.filter(({ bar }) => bar !== null);
    const missed = barred.filter((result) => !holds(result)).length;
    console.log(`${barred.length - missed} bars held, ${missed} missed, ${broken} figures broke`);
    if (flags.short) console.log('This was the short form: whether it works, and nothing of speed');
    else console.log(`Written to ${writeResults(about, results)}`);
    if (broken > 0) process.exitCode = 1;
  } finally {
    await cleanups.run();
  }
}

function choose(names: readonly string[]): readonly Figure[] {
  const known = FIGURES.flatMap((figure) => figure.names);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`There is no figure ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return names.length === 0 ? FIGURES : FIGURES.filter((figure) => figure.names.some((name) => names.includes(name)));
}

/** What waits for something that can no longer come must not pass for a run that went well. */
function endedEarly(): void {
  console.error('The run ended before its end: something waited that nothing could wake');
  process.exitCode = 1;
}

process.once('beforeExit', endedEarly);
void main(process.argv.slice(2))
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => process.off('beforeExit', endedEarly));
