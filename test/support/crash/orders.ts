import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { eventually } from '../service/leftovers';

/** Until a moment comes, on a machine with much else to do. */
export const WAIT_MS = 30_000;
const PRELOAD = resolve(__dirname, 'preload.cjs');

/** What a process writes: a batch's input, a part's results and their index, or what is under way in scratch. */
export type Place = 'input' | 'results' | 'index' | 'scratch';

/** What is done to a file. A blob is opened under another name, written, synced, then named (before) and is named (after). */
export type DiskMoment = 'open' | 'sync' | 'name' | 'named';

/** Before a statement is sent, or after it was answered; of a COMMIT or ROLLBACK the statements of its transaction are meant. */
export type DatabaseMoment = 'statement sent' | 'statement done' | 'commit sent' | 'commit done' | 'rollback sent';

/** A moment inside a process. `statement` is a regular expression, `values` are among the statement's parameters. */
export type InnerMoment =
  | { readonly moment: DatabaseMoment; readonly statement: string; readonly values?: readonly string[] }
  | { readonly moment: DiskMoment; readonly place: Place };

/** A process that stands at a moment, all else of it running on, until it is told to go on. */
export interface Held {
  readonly pid: number;
  goOn(): void;
}

/** A moment that no process has come to yet. */
export interface Hold {
  readonly reached: Promise<Held>;
}

/** A disk that is full for one kind of file. */
export interface FullDisk {
  /** How often it refused something so far. */
  hits(): number;
  lift(): Promise<void>;
}

/** What a test tells the processes that were started with {@link settings}: the first that comes to an order carries it out. */
export class Orders {
  private count = 0;

  /** @param folder an empty folder that all of the processes see */
  constructor(private readonly folder: string) {}

  /** What a process needs in its environment to take orders. */
  get settings(): Record<string, string> {
    return { NODE_OPTIONS: `--require ${PRELOAD}`, MESHBATCH_TEST_ORDERS: this.folder };
  }

  /** Resolves once the processes are told; `reached` as soon as one of them stands at that moment. */
  async hold(moment: InnerMoment): Promise<Hold> {
    const file = await this.give('hold', moment);
    return { reached: this.held(file, moment) };
  }

  private async held(file: string, moment: InnerMoment): Promise<Held> {
    await eventually(`a process is at ${JSON.stringify(moment)}`, async () => existsSync(`${file}.held`), WAIT_MS);
    const { pid } = JSON.parse(readFileSync(`${file}.held`, 'utf8')) as { pid: number };
    return { pid, goOn: () => writeFileSync(`${file}.go`, '') };
  }

  /** Runs a statement on a connection of a process, between its own; resolves to the rows. */
  async sql<T>(sql: string): Promise<T[]> {
    const file = await this.give('sql', { sql });
    await eventually('a process ran a statement', async () => existsSync(`${file}.rows`), WAIT_MS);
    return JSON.parse(readFileSync(`${file}.rows`, 'utf8')) as T[];
  }

  /** From now on every such operation on such a file fails, a write after half of it. */
  async fill(place: Place, operation: 'open' | 'write' | 'sync' | 'name'): Promise<FullDisk> {
    const file = await this.give('full', { place, operation });
    return {
      hits: () => (existsSync(`${file}.hits`) ? readFileSync(`${file}.hits`).length : 0),
      lift: () => rm(file),
    };
  }

  private async give(kind: string, order: object): Promise<string> {
    const file = join(this.folder, `${kind}-${++this.count}.json`);
    await writeFile(`${file}.draft`, JSON.stringify(order));
    await rename(`${file}.draft`, file);
    return file;
  }
}
