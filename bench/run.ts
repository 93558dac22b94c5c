import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { Client } from 'pg';
import { PostgresServer } from '../test/support/postgres/postgres-server';
import { FIGURES } from './figures/figures';
import { Cleanups } from './support/cleanups';
import { holds, type BenchContext, type Figure, type Measured } from './support/figure';
import { BENCH } from './support/paths';
import { installPeers } from './support/peers';
import { lineOf, machine, writeResults } from './support/report';

const ROUNDS = 5;
const PROFILES = join(BENCH, 'results/profiles');

/** Runs the figures that are named, or all; a bar that is missed is told and is no failure. */
async function main(args: readonly string[]): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { short: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false } },
  });
  const figures = choose(positionals);
  const profiles = flags.profile ? PROFILES : null;
  const how = { short: flags.short, rounds: flags.short ? 1 : ROUNDS, profiles };
  const cleanups = new Cleanups();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanups.run().finally(() => process.exit(130)));
  }
  try {
    installPeers();
    const server = await PostgresServer.start();
    cleanups.add(() => server.stop());
    const about = machine(await postgresSettings(server));
    const results: Measured[] = [];
    for (const figure of figures) {
      results.push(...(await measure(figure, { ...how, server, cleanups })));
    }
    const missed = results.filter((result) => !holds(result));
    console.log(
      `${results.filter(({ bar }) => bar !== null).length - missed.length} bars held, ${missed.length} missed`,
    );
    if (!flags.short) console.log(`Written to ${writeResults(about, results)}`);
  } finally {
    await cleanups.run();
  }
}

async function measure(figure: Figure, context: BenchContext): Promise<Measured[]> {
  const cleanups = new Cleanups();
  context.cleanups.add(() => cleanups.run());
  try {
    const results = await figure.run({ ...context, cleanups });
    for (const result of results) console.log(lineOf(result));
    return results;
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

/** What decides how durable a commit is, and so how fast; throws where commits are not durable. */
async function postgresSettings(server: PostgresServer): Promise<Record<string, string>> {
  const client = new Client({ connectionString: server.adminUrl });
  await client.connect();
  try {
    const settings: Record<string, string> = {};
    for (const name of ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes']) {
      const { rows } = await client.query<Record<string, string>>(`SHOW ${name}`);
      settings[name] = rows[0]?.[name] ?? '';
    }
    if (settings.fsync !== 'on' || settings.synchronous_commit !== 'on') {
      throw new Error('The benchmark wants a Postgres server with fsync and synchronous_commit on');
    }
    return settings;
  } finally {
    await client.end();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
