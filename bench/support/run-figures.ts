import { Cleanups } from './cleanups';
import type { BenchContext, Figure, Measured } from './figure';
import { lineOf } from './report';

/** What the figures gave, and how many broke. */
export interface Outcome {
  readonly results: readonly Measured[];
  readonly broken: number;
}

/** Runs figures, `atOnce` of them at a time, and tells each value as it comes; one that breaks does not stop the others. */
export async function runFigures(figures: readonly Figure[], context: BenchContext, atOnce: number): Promise<Outcome> {
  const queue = [...figures];
  const results: Measured[] = [];
  let broken = 0;
  const work = async () => {
    for (let figure = queue.shift(); figure; figure = queue.shift()) {
      try {
        results.push(...(await measure(figure, context)));
      } catch (error) {
        broken++;
        console.error(`The figure ${figure.names[0]} broke:`, error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { results, broken };
}

async function measure(figure: Figure, context: BenchContext): Promise<Measured[]> {
  const cleanups = new Cleanups();
  // Also when the whole run is stopped meanwhile.
  context.cleanups.add(() => cleanups.run());
  try {
    const results = await figure.run({ ...context, cleanups });
    for (const result of results) console.log(lineOf(result));
    return results;
  } finally {
    await cleanups.run();
  }
}
