import type { SingleBar } from 'cli-progress';
import type { ShownBatch } from './batch';
import type { Output } from './output';

/** Shows how far a batch is. */
export interface Progress {
  show(batch: ShownBatch): void;
  /** Leaves the terminal as it should be; to be called whatever happens. */
  stop(): void;
}

const FORMAT = '{bar} {percentage}% | {value} of {total} | {failed} failed | {status} | {duration_formatted}';
/** Of the requests, between two lines without a terminal. */
const STEP = 0.1;

/** A bar where standard error is a terminal, else a line now and then. */
export async function openProgress(output: Output): Promise<Progress> {
  return output.streams.stderr.isTTY ? ProgressBar.open(output) : new ProgressLines(output);
}

class ProgressBar implements Progress {
  private isStarted = false;

  private constructor(private readonly bar: SingleBar) {}

  static async open({ streams }: Output): Promise<ProgressBar> {
    const { SingleBar, Presets } = (await import('cli-progress')).default;
    // An interrupt is the command's to handle.
    const options = { format: FORMAT, stream: streams.stderr, hideCursor: true, gracefulExit: false, barsize: 30 };
    return new ProgressBar(new SingleBar(options, Presets.shades_classic));
  }

  show({ status, request_counts: { total, completed, failed } }: ShownBatch): void {
    const payload = { status, failed };
    if (!this.isStarted) this.bar.start(total, completed + failed, payload);
    else this.bar.update(completed + failed, payload);
    this.isStarted = true;
  }

  stop(): void {
    this.bar.stop();
  }
}

class ProgressLines implements Progress {
  private told: ShownBatch | null = null;

  constructor(private readonly output: Output) {}

  show(batch: ShownBatch): void {
    if (this.told !== null && !isNews(this.told, batch)) return;
    this.told = batch;
    const { total, completed, failed } = batch.request_counts;
    this.output.tell(`${batch.id} is ${batch.status}: ${completed + failed} of ${total} done, ${failed} failed`);
  }

  stop(): void {
    // Every line stands for itself.
  }
}

function isNews(before: ShownBatch, now: ShownBatch): boolean {
  const done = ({ request_counts: { completed, failed } }: ShownBatch) => completed + failed;
  return before.status !== now.status || done(now) - done(before) >= now.request_counts.total * STEP;
}
