import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A final answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  /** Status line and headers. */
  head: string;
  body: string;
}

const GO_AHEAD = 'HTTP/1.1 100 Continue\r\n\r\n';
const STALL_MS = 300;
const FINAL_ANSWER = /HTTP\/1\.1 ([2-5]\d\d)[^]*?\r\n\r\n/;
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

/** A connection on which a test says exactly what goes over the wire, and when. */
export class RawConnection {
  private received = '';
  private waiting: (() => void)[] = [];

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.received += text;
      this.wake();
    });
    // A reset is told by what was received before it.
    socket.on('error', () => this.wake());
    socket.on('close', () => this.wake());
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Sends the head of a request, whose lines are given without their ends. */
  head(requestLine: string, ...headers: string[]): void {
    this.write(`${[`${requestLine} HTTP/1.1`, 'Host: test', ...headers].join('\r\n')}\r\n\r\n`);
  }

  write(bytes: string | Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Writes pieces until the other side takes no more of them for a while; resolves to the bytes that it and the system took. */
  async fill(pieces: Iterable<Buffer>): Promise<number> {
    const { socket } = this;
    for (const piece of pieces) {
      if (socket.write(piece)) continue;
      const stalled = new AbortController();
      const drained = once(socket, 'drain', { signal: stalled.signal }).then(
        () => true,
        () => false,
      );
      if (!(await Promise.race([drained, sleep(STALL_MS, false)]))) {
        stalled.abort();
        break;
      }
    }
    return socket.bytesWritten - socket.writableLength;
  }

  /** One chunk of a body with `Transfer-Encoding: chunked`. */
  chunk(bytes: Buffer): void {
    this.write(`${bytes.length.toString(16)}\r\n`);
    this.write(bytes);
    this.write('\r\n');
  }

  /** The next answer that is not a 1xx, with its whole body. */
  answer(): Promise<RawAnswer> {
    return this.until((received) => {
      const found = FINAL_ANSWER.exec(received);
      const length = Number(CONTENT_LENGTH.exec(found?.[0] ?? '')?.[1] ?? Number.NaN);
      if (!found || Number.isNaN(length)) return null;
      const start = found.index + found[0].length;
      if (received.length < start + length) return null;
      this.received = received.slice(start + length);
      const [head, body] = [received.slice(0, start), received.slice(start, start + length)];
      return { status: Number(found[1]), head, body: Buffer.from(body, 'latin1').toString('utf8') };
    });
  }

  /** What was received and not asked for. */
  get unread(): string {
    return this.received;
  }

  /** Resolves once the server said that the body may come. */
  async goAhead(): Promise<void> {
    await this.until((received) => {
      if (!received.startsWith(GO_AHEAD)) return null;
      this.received = received.slice(GO_AHEAD.length);
      return true;
    });
  }

  close(): void {
    this.socket.destroy();
  }

  /** Ends with a RST, as a process that is killed with unread bytes does. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Says that nothing more will be sent; answers can still come. */
  halfClose(): void {
    this.socket.end();
  }

  /** Resolves once the server has ended the connection, to what was received and not asked for. */
  async ended(): Promise<string> {
    // Not `once` of events, which a reset would make fail.
    if (!this.socket.closed) await new Promise<void>((done) => this.socket.once('close', () => done()));
    return this.received;
  }

  private async until<T>(read: (received: string) => T | null): Promise<T> {
    for (;;) {
      const found = read(this.received);
      if (found !== null) return found;
      if (this.socket.destroyed) throw new Error(`The connection ended after ${JSON.stringify(this.received)}`);
      await new Promise<void>((done) => this.waiting.push(done));
    }
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const done of waiting) done();
  }
}
