import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

/** What a request is answered with: a stream piece by piece, anything else as JSON. */
type Answer = (url: string, headers: IncomingHttpHeaders) => object;

/** A server on a loopback port that says what a test has it say. */
export class CannedServer {
  private constructor(private readonly server: Server) {}

  static async open(listener: RequestListener): Promise<CannedServer> {
    const server = createServer(listener);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new CannedServer(server);
  }

  static answering(answer: Answer): Promise<CannedServer> {
    return CannedServer.open((request, response) => {
      const said = answer(request.url ?? '', request.headers);
      if (said instanceof Readable) said.pipe(response);
      else response.end(JSON.stringify(said));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Closes at once: open requests are cut. */
  async close(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }
}

/** Runs `work` with the URL of a server that gives these answers. */
export async function withAnswers(answer: Answer, work: (url: string) => Promise<void>): Promise<void> {
  const server = await CannedServer.answering(answer);
  try {
    await work(server.url);
  } finally {
    await server.close();
  }
}
