import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const HARMLESS = ['host', 'connection', 'user-agent', 'accept', 'content-length', 'transfer-encoding'];

/** A server of somebody else, which notes whatever a request brings that it should not. */
export class Trap {
  /** Headers that may hold a key, of every request so far. */
  readonly keys: string[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      this.keys.push(...Object.keys(request.headers).filter((name) => !HARMLESS.includes(name)));
      request.resume().on('end', () => response.end('{}'));
    });
  }

  static async open(): Promise<Trap> {
    const trap = new Trap();
    await new Promise<void>((listening) => trap.server.listen(0, '127.0.0.1', listening));
    return trap;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }
}
