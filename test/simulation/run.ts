import { parseArgs } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import type { LoggerService } from '@nestjs/common';
import { openPlace } from './place';
import { runHistory, type HistoryOptions, type HistoryResult } from './world/history';
import { replayCommand, shrink } from './world/shrink';

const TOLD_EVERY = 500;
const SILENT: LoggerService = { log: () => undefined, warn: () => undefined, error: () => undefined };

/** What histories came to, together. */
class Totals {
  private readonly since = performance.now();
  private histories = 0;
  private steps = 0;
  private faults = 0;
  private crashes = 0;
  private batches = 0;
  private items = 0;
  violations = 0;

  add({ steps, fired, crashes, batches, items, violations }: HistoryResult): void {
    this.histories++;
    this.steps += steps;
    this.faults += fired.length;
    this.crashes += crashes;
    this.batches += batches;
    this.items += items;
    if (violations.length > 0) this.violations++;
    if (this.histories % TOLD_EVERY === 0) process.stdout.write(`${this.text}\n`);
  }

  get text(): string {
    const { histories, batches, items, steps, faults, crashes, violations } = this;
    const seconds = (performance.now() - this.since) / 1000;
    return (
      `${histories} histories, ${batches} batches, ${items} items, ${steps} steps, ${faults} faults and of them ${crashes} crashes, ` +
      `${violations} violations; ${(histories / seconds).toFixed(1)} histories a second`
    );
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: 'string' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      batches: { type: 'string' },
      trace: { type: 'boolean', default: false },
    },
  });
  const only = values.only === undefined ? undefined : new Set(values.only.split(',').map(Number));
  const batches = values.batches === undefined ? undefined : Number(values.batches);
  const keepsTrace = values.trace;
  // A seed alone, or with what its history is shrunk to, is one to be looked at.
  const count = Number(values.count ?? 1);
  const place = await openPlace(SILENT, PGlite);
  const totals = new Totals();
  for (let seed = Number(values.seed); seed < Number(values.seed) + count; seed++) {
    const options: HistoryOptions = {
      seed,
      ...(only && { only }),
      ...(batches !== undefined && { batches }),
      keepsTrace,
    };
    const result = await runHistory(place, options);
    totals.add(result);
    for (const line of result.trace) process.stdout.write(`${line.replace(/[^ -~]+/g, ' ')}\n`);
    if (result.violations.length > 0) tell(await shrink(place, result));
  }
  process.stdout.write(`${totals.text}\n`);
  await place.close();
  process.exitCode = totals.violations > 0 ? 1 : 0;
}

function tell({ options, result }: Awaited<ReturnType<typeof shrink>>): void {
  const { seed, violations, fired } = result;
  const faults = fired.map(({ decision, kind, where }) => `  ${decision}: ${kind} at ${where}`);
  process.stdout.write(
    `\nSeed ${seed}: ${violations.join('; ')}\n${faults.join('\n')}\nAgain: ${replayCommand(options)}\n\n`,
  );
}

void main();
