import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Where the connection is cut, seen from the server: before it hears of the COMMIT, or after it has carried it out. */
export type CommitCut = 'before' | 'after';

const COMMIT = Buffer.from('COMMIT\0');

/** A TCP relay in front of a Postgres server that cuts connections, one at the COMMIT of a chosen transaction or all at once, goes away and stalls. */
export class PostgresProxy {
  private readonly sockets = new Set<Socket>();
  private armed: { cut: CommitCut; statement: string } | null = null;
  private cutsMade = 0;
  private stalled = false;
  private away = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.relay(client));
  }

  static async start(databaseUrl: string): Promise<PostgresProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PostgresProxy(server, new URL(databaseUrl));
  }

  /** The database's address through the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** Cuts made at a COMMIT. */
  get cuts(): number {
    return this.cutsMade;
  }

  /** Cuts the next transaction that has sent `statement`, any by default, at its COMMIT. */
  cutNext(cut: CommitCut, statement = ''): void {
    this.armed = { cut, statement };
  }

  /** Takes back a {@link cutNext} that nothing has met yet. */
  disarm(): void {
    this.armed = null;
  }

  /** Cuts every connection that there is; new ones are taken. */
  cutAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** From now on the server is away: every connection is cut, new ones too. */
  leave(): void {
    this.away = true;
    this.cutAll();
  }

  /** Takes back {@link leave}. */
  comeBack(): void {
    this.away = false;
  }

  /** From now on nothing goes through, either way, and nothing is told of it: connections stand, and new ones wait. */
  stall(): void {
    this.stalled = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Lets through what was held back. */
  resume(): void {
    this.stalled = false;
    for (const socket of this.sockets) socket.resume();
  }

  async stop(): Promise<void> {
    this.cutAll();
    this.server.close();
    await once(this.server, 'close');
  }

  private relay(client: Socket): void {
    if (this.away) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(this.target.port), this.target.hostname);
    let sawStatement = false;
    let awaitingAnswer = false;
    const end = () => [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        end();
      });
    }
    client.on('data', (chunk) => {
      sawStatement ||= this.armed !== null && chunk.includes(this.armed.statement);
      const cut = sawStatement && chunk.includes(COMMIT) ? this.takeCut() : null;
      if (cut === 'before') return end();
      awaitingAnswer = cut === 'after';
      upstream.write(chunk);
    });
    // The server has answered the COMMIT, so it is carried out: its answer never arrives.
    upstream.on('data', (chunk) => (awaitingAnswer ? end() : client.write(chunk)));
    if (this.stalled) [client, upstream].forEach((socket) => socket.pause());
  }

  private takeCut(): CommitCut | null {
    const cut = this.armed?.cut ?? null;
    if (cut === null) return null;
    this.armed = null;
    this.cutsMade++;
    return cut;
  }
}
