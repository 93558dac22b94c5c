import { open, readFile, rename, rm } from 'node:fs/promises';
import { UsageError } from './exit-code';

/** What a run that was interrupted needs to go on. */
export interface RunState {
  readonly version: 1;
  readonly base_url: string;
  /** SHA-256 of the body of the create. */
  readonly request_hash: string;
  /** Stored before the create is sent, so that it can be sent again without buying twice. */
  readonly idempotency_key: string;
  /** Unix seconds. */
  readonly created_at: number;
  /** Null while it is not known whether the batch was made. */
  readonly batch_id: string | null;
}

/** The state of a run, in a file beside its output; written so that a crash leaves the old one or the new one. */
export class RunStateFile {
  readonly path: string;

  constructor(output: string) {
    this.path = `${output}.meshbatch`;
  }

  /** Null when there is none. Throws {@link UsageError} for a file that is not as it was written. */
  async read(): Promise<RunState | null> {
    try {
      const state = JSON.parse(await readFile(this.path, 'utf8')) as unknown;
      if (isRunState(state)) return state;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      if (!(error instanceof SyntaxError)) throw error;
    }
    throw new UsageError(`${this.path} is not the state of a run. Remove it to start anew.`);
  }

  async write(state: RunState): Promise<void> {
    const unfinished = `${this.path}.tmp`;
    const file = await open(unfinished, 'w');
    try {
      await file.writeFile(`${JSON.stringify(state, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, this.path);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

function isRunState(value: unknown): value is RunState {
  const state = value as Partial<RunState> | null;
  return (
    state?.version === 1 &&
    [state.base_url, state.request_hash, state.idempotency_key].every((text) => typeof text === 'string') &&
    typeof state.created_at === 'number' &&
    (state.batch_id === null || typeof state.batch_id === 'string')
  );
}
