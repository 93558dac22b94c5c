import { link, open, readFile, rename, rm } from 'node:fs/promises';
import type { Random } from '../../common/random';
import { UsageError } from './exit-code';
import { syncName } from './sync-name';

/** What a file system says that has no links, such as that of many a memory stick. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

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

/** The state of a run, in a file beside its output; written so that a crash, or a power cut, leaves the old one or the new one. */
export class RunStateFile {
  readonly path: string;

  constructor(
    output: string,
    private readonly random: Random,
  ) {
    this.path = `${output}.meshbatch`;
  }

  /** Null when there is none. Throws {@link UsageError} for a file that is not as it was written. */
  async read(): Promise<RunState | null> {
    try {
      const state = JSON.parse(await readFile(this.path, 'utf8')) as unknown;
      if (isRunState(state)) return state;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      if (!(error instanceof SyntaxError)) throw error;
    }
    throw new UsageError(`${this.path} is not the state of a run. Remove it to start anew.`);
  }

  /** Writes the first state of a run. Throws {@link UsageError} when there is one: of two runs that write to one output only one buys. */
  async create(state: RunState): Promise<void> {
    try {
      await this.place(state, (draft) => this.claim(draft, state));
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      throw new UsageError(
        `Another run has begun to write to that output, as ${this.path} says. The same command follows its batch.`,
      );
    }
  }

  async write(state: RunState): Promise<void> {
    await this.place(state, (draft) => rename(draft, this.path));
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }

  private async place(state: RunState, name: (draft: string) => Promise<void>): Promise<void> {
    const draft = `${this.path}.${this.random.bytes(8).toString('hex')}.tmp`;
    try {
      await writeSynced(draft, state);
      await name(draft);
      await syncName(this.path);
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** A link is there whole or not at all, and replaces nothing. */
  private async claim(draft: string, state: RunState): Promise<void> {
    try {
      await link(draft, this.path);
    } catch (error) {
      if (!NO_LINKS.includes(codeOf(error) ?? '')) throw error;
      await writeSynced(this.path, state);
    }
  }
}

/** Into a file that must not be there. */
async function writeSynced(path: string, state: RunState): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(`${JSON.stringify(state, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
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
