import { once } from 'node:events';
import { Agent, request as open } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

const TIMEOUT_MS = 15_000;
const PIECE_BYTES = 64 * 1024;
const ATTEMPTS = 5;

/** Requests to one process, telling everything of an answer that went over the wire. */
export class HttpClient {
  constructor(address) {
    this.address = address;
    this.agent = new Agent({ keepAlive: true });
  }

  /**
   * A body that is refused early may be met by a reset of the connection before the answer is read; that is the
   * platform's way and says nothing of the answer, so the request is sent again.
   */
  async send(probe) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.sendOnce(probe);
      } catch (error) {
        if (attempt === ATTEMPTS || !probe.refused || !['ECONNRESET', 'EPIPE'].includes(error.code)) throw error;
      }
    }
  }

  async sendOnce({ method = 'GET', path, headers = {}, body }) {
    const request = open(this.address + path, { method, headers, agent: this.agent, timeout: TIMEOUT_MS });
    let continued = false;
    request.on('timeout', () => request.destroy(new Error(`No answer to ${method} ${path} in ${TIMEOUT_MS / 1000} s`)));
    const answered = once(request, 'response');
    if (headers.Expect === '100-continue') {
      request.flushHeaders();
      request.on('continue', () => {
        continued = true;
        request.end(body);
      });
    } else {
      sendBody(request, body);
    }
    const [response] = await answered;
    // An error after the answer's begin is a rest of the body that nobody reads any more.
    request.on('error', () => undefined);
    return { ...(await read(response)), continued };
  }

  close() {
    this.agent.destroy();
  }
}

/** Stops as soon as there is an answer, as a client does whose body was refused. */
function sendBody(request, body) {
  if (body === undefined) return request.end();
  const pieces = Readable.from(piecesOf(Buffer.from(body)));
  request.on('response', () => pieces.unpipe(request));
  return pieces.pipe(request);
}

/** Looks for an answer before every piece: once the server has closed the connection a write would lose the answer. */
async function* piecesOf(body) {
  for (let at = 0; at < body.length; at += PIECE_BYTES) {
    await turn();
    yield body.subarray(at, at + PIECE_BYTES);
  }
}

async function read(response) {
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode,
    line: `HTTP/${response.httpVersion} ${response.statusCode} ${response.statusMessage}`,
    rawHeaders: response.rawHeaders,
    headers: response.headers,
    body: Buffer.concat(chunks),
  };
}
