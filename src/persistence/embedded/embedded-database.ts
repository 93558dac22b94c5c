import type { DataSource } from 'typeorm';
import type { PostgresOptions } from '../placement';
import { DataFolder } from './data-folder';
import { EmbeddedPostgres } from './embedded-postgres';

/** Where the embedded database keeps itself, and all that one process may use of it. */
export interface EmbeddedDatabaseOptions {
  /** A folder that no other process uses; made when there is none. */
  readonly dataDir: string;
  /** The compiled worker, when this runs from its TypeScript source. */
  readonly workerFile?: string;
}

/** The embedded database, opened by this process, which has the data folder to itself until it closes it. */
export class EmbeddedDatabase {
  private closing: Promise<void> | null = null;
  private opened: DataSource | null = null;
  /** Resolves when the database ended by itself: nothing can be stored any more. Never, when it was closed. */
  readonly died: Promise<Error>;

  private constructor(
    /**
     * The folder, with the socket by which operators reach this process.
     * @internal
     */
    readonly folder: DataFolder,
    private readonly postgres: EmbeddedPostgres,
  ) {
    this.died = postgres.closed.then((error) => error ?? new Promise<Error>(() => undefined));
  }

  /**
   * Begins to open the database, creating it on first use, and comes back as soon as the engine works in its own thread.
   * Throws `DataFolderInUseError` when another process has the folder.
   * @internal
   */
  static async start(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
    const folder = await DataFolder.take(options.dataDir);
    try {
      return new EmbeddedDatabase(folder, await EmbeddedPostgres.start(options));
    } catch (error) {
      await folder.release();
      throw error;
    }
  }

  /**
   * Waits for the engine and connects to it.
   * @internal
   */
  async ready(connect: (options: PostgresOptions) => Promise<DataSource>): Promise<void> {
    try {
      await this.postgres.ready();
      this.opened = await connect(this.postgres.dataSourceOptions);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** A DataSource with the database's one connection. */
  get dataSource(): DataSource {
    if (!this.opened) throw new Error('The embedded database is not ready yet');
    return this.opened;
  }

  /** Closes the database and gives the folder free; safe to repeat. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    await this.opened?.destroy();
    await this.postgres.close();
    await this.folder.release();
  }
}
