import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Where the connection is cut, seen from the server: before it hears of the COMMIT, or after it has carried it out. */
export type CommitCut = 'before' | 'after';

const COMMIT = Buffer.from('COMMIT\0');

/** A TCP relay in front of a Postgres server that cuts one connection at the COMMIT of a chosen transaction. */
export class PostgresProxy {
  private readonly sockets = new Set<Socket>();
  private armed: { cut: CommitCut; statement: string } | null = null;
  private cutsMade = 0;

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

  get cuts(): number {
    return this.cutsMade;
  }

  /** Cuts the next transaction that has sent `statement`, at its COMMIT. */
  cutNext(cut: CommitCut, statement: string): void {
    this.armed = { cut, statement };
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private relay(client: Socket): void {
    const upstream = connect(Number(this.target.port), this.target.hostname);
    let sawStatement = false;
    let awaitingAnswer = false;
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
    }
    const end = () => [client, upstream].forEach((socket) => socket.destroy());
    client.on('close', end);
    upstream.on('close', end);
    client.on('data', (chunk) => {
      sawStatement ||= this.armed !== null && chunk.includes(this.armed.statement);
      const cut = sawStatement && chunk.includes(COMMIT) ? this.takeCut() : null;
      if (cut === 'before') return end();
      awaitingAnswer = cut === 'after';
      upstream.write(chunk);
    });
    // The server has answered the COMMIT, so it is carried out: its answer never arrives.
    upstream.on('data', (chunk) => (awaitingAnswer ? end() : client.write(chunk)));
  }

  private takeCut(): CommitCut | null {
    const cut = this.armed?.cut ?? null;
    this.armed = null;
    this.cutsMade++;
    return cut;
  }
}
