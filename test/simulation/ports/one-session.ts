import type { PGlite } from '@electric-sql/pglite';
import type { Actor } from '../kernel/actor';
import { readAnswer, type BackendAnswer } from './backend-messages';

/** A connection. */
export interface SessionUser {
  readonly owner: Actor;
}

const EMPTY = `TRUNCATE meshbatch_batches, meshbatch_parts, meshbatch_files, meshbatch_owners,
  meshbatch_leftovers, meshbatch_erasures, meshbatch_turns, meshbatch_installation, meshbatch_provider_pauses,
  meshbatch_idempotency_keys, meshbatch_webhook_endpoints, meshbatch_webhook_deliveries CASCADE`;
/** A table that is emptied gets a new row in the catalog, and a single-user engine has no autovacuum and no checkpointer. */
const HOUSEKEEPING = ['VACUUM pg_catalog.pg_class', 'CHECKPOINT'];
const HOUSEKEEPING_AFTER = 100;

/** The in-memory Postgres. It has one session, which connections take turns in, a transaction at a time. */
export class OneSession {
  /** Whose transaction is open. */
  private holder: SessionUser | null = null;
  private emptied = 0;

  private constructor(private readonly db: PGlite) {}

  static async open(engine: typeof PGlite): Promise<OneSession> {
    return new OneSession(await engine.create());
  }

  /** Whether a connection may use the session now. */
  isFreeFor(connection: SessionUser): boolean {
    return this.holder === null || this.holder === connection;
  }

  /** Runs what a connection sent up to its end of a request. */
  execute(connection: SessionUser, request: Uint8Array): BackendAnswer {
    if (!this.isFreeFor(connection)) throw new Error('Another connection is in a transaction');
    const answer = readAnswer(this.db.execProtocolRawSync(request));
    this.holder = answer.inTransaction ? connection : null;
    return answer;
  }

  /** Whose transaction is open; null when none is. */
  get transactionOf(): Actor | null {
    return this.holder?.owner ?? null;
  }

  /** A connection is gone, or its process with all of its connections: what it left open is rolled back. */
  abandon(gone: SessionUser | Actor): void {
    if (this.holder === null || (this.holder !== gone && this.holder.owner !== gone)) return;
    this.db.execProtocolRawSync(simpleQuery('ROLLBACK'));
    this.holder = null;
  }

  /** A query of the harness's own, beside all simulated processes, none of which may be in a transaction. */
  async ask<Row>(sql: string): Promise<Row[]> {
    if (this.holder) throw new Error('A simulated process is in a transaction');
    return (await this.db.query<Row>(sql)).rows;
  }

  /** Statements of the harness's own. */
  async exec(sql: string): Promise<void> {
    await this.db.exec(sql);
  }

  /** Takes away all rows, for the next history. */
  async empty(): Promise<void> {
    await this.db.exec(EMPTY);
    if (++this.emptied % HOUSEKEEPING_AFTER > 0) return;
    for (const statement of HOUSEKEEPING) await this.db.exec(statement);
  }

  async close(): Promise<void> {
    await this.db.close();
  }
}

/** The message of the simple query protocol. */
function simpleQuery(sql: string): Buffer {
  const text = Buffer.from(`${sql}\0`);
  const head = Buffer.alloc(5);
  head.write('Q');
  head.writeInt32BE(4 + text.length, 1);
  return Buffer.concat([head, text]);
}
