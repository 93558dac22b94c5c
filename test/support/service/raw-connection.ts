import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A final answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  /** Status line and headers. */
  head: string;
  body: string;
}

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

  /** Resolves once the server said that the body may come. */
  async goAhead(): Promise<void> {
    await this.until((received) => (received.startsWith('HTTP/1.1 100 Continue\r\n\r\n') ? true : null));
  }

  close(): void {
    this.socket.destroy();
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
