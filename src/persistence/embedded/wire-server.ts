import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import type { Clock } from '../../common/clock';
import { FrameReader, type Frame } from './wire-frames';

/** How long a second client may wait for the first to leave. A pool that replaces its connection overlaps for an instant. */
const WAIT_FOR_TURN_MS = 5_000;
/** Messages between two rounds of housekeeping: a few thousand statements. */
const HOUSEKEEPING_AFTER = 10_000;
const SYNC = Uint8Array.of(0x53, 0, 0, 0, 4);
const TYPES_THAT_END_A_QUERY = new Set(['Q', 'S'].map((type) => type.charCodeAt(0)));

/**
 * Serves one PGlite engine to plain Postgres clients on a unix socket, strictly one client after another: the engine has
 * a single session, and two clients would mix up its unnamed statements and transactions.
 */
export class WireServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private turn: Promise<void> = Promise.resolve();
  private handled = 0;

  /** `onFailure` hears of an engine that broke; nothing it answers can be trusted after that. */
  constructor(
    private readonly db: PGlite,
    private readonly clock: Clock,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.server = createServer((socket) => this.accept(socket));
  }

  async listen(path: string): Promise<void> {
    this.server.listen(path);
    await once(this.server, 'listening');
    // The engine asks for no password: only this user may connect, even in a folder that others can enter.
    await chmod(path, 0o600);
  }

  /** Stops accepting, lets the message being executed end, and rolls back what its client left open. */
  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await this.turn;
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    // Without a listener a client that vanishes would end the thread; the read loop notices it by itself.
    socket.on('error', () => undefined);
    const waiting = new AbortController();
    void this.refuseLate(socket, waiting.signal);
    this.turn = this.turn
      .then(() => {
        waiting.abort();
        return this.serve(socket);
      })
      .catch((error: unknown) => this.onFailure(error));
  }

  private async refuseLate(socket: Socket, served: AbortSignal): Promise<void> {
    await this.clock.sleep(WAIT_FOR_TURN_MS, served);
    if (!served.aborted) socket.end(tooManyConnections());
  }

  private async serve(socket: Socket): Promise<void> {
    if (!socket.writable) return;
    for await (const bytes of clientMessages(socket)) await this.execute(bytes, socket);
    await this.resetSession();
  }

  private async execute(bytes: Buffer, socket: Socket): Promise<void> {
    await this.db.execProtocolRawStream(bytes, {
      onRawData: (data) => {
        // The engine reuses its memory, so the answer is copied before it is queued.
        if (socket.writable) socket.write(Buffer.from(data));
      },
    });
    this.handled += 1;
    const idle = TYPES_THAT_END_A_QUERY.has(bytes[0]!) && !this.db.isInTransaction();
    if (idle && this.handled >= HOUSEKEEPING_AFTER) await this.housekeep();
  }

  /** A single-user engine has no autovacuum and no checkpointer: without this dead rows and the log grow for ever. */
  private async housekeep(): Promise<void> {
    this.handled = 0;
    try {
      await this.db.exec('VACUUM (ANALYZE)');
      await this.db.exec('CHECKPOINT');
    } catch (error) {
      // A full disk, for one: the next round may do better, and the client's own statement has been answered.
      process.emitWarning(`The embedded database could not be vacuumed: ${String(error)}`);
    }
  }

  /** The next client must find a fresh session, whatever the last one was doing when it went. */
  private async resetSession(): Promise<void> {
    await this.db.execProtocolRawStream(SYNC, { onRawData: () => undefined });
    if (this.db.isInTransaction()) await this.db.exec('ROLLBACK');
    await this.db.exec('DISCARD ALL');
  }
}

/** The messages of one client until it leaves, in whatever way. */
async function* clientMessages(socket: Socket): AsyncGenerator<Buffer> {
  const reader = new FrameReader();
  for await (const frames of received(socket, reader)) {
    for (const frame of frames) {
      if (frame.kind === 'end') return;
      if (frame.kind === 'encryption-request') socket.write('N');
      else yield frame.bytes;
    }
  }
}

async function* received(socket: Socket, reader: FrameReader): AsyncGenerator<Frame[]> {
  try {
    for await (const chunk of socket) yield reader.push(chunk as Buffer);
  } catch {
    // A reset connection is a client that left.
  }
}

function tooManyConnections(): Buffer {
  const text = 'the embedded database takes one connection at a time and it is in use';
  const fields = Buffer.from(`SFATAL\0VFATAL\0C53300\0M${text}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields]);
}
