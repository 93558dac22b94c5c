import type { ShownBatch } from './batch';
import { openProgress } from './progress';
import type { Session } from './session';

/** Follows a batch to its end and shows how far it is; `onChange` gets each state that differs from the one before. */
export async function followBatch(
  { follower, output }: Session,
  id: string,
  onChange: (batch: ShownBatch) => void = () => undefined,
): Promise<ShownBatch> {
  const progress = await openProgress(output);
  let shown = '';
  try {
    return await follower.follow(id, {
      show: (batch) => {
        progress.show(batch);
        const text = JSON.stringify(batch);
        if (text !== shown) onChange(batch);
        shown = text;
      },
      tellAway: (error) => output.tell(`${error.message}; trying again until it answers.`),
    });
  } finally {
    progress.stop();
  }
}
