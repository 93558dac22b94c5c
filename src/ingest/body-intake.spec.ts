import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { ManualClock, settled } from '../../test/support/manual-clock';
import { RawConnection } from '../../test/support/service/raw-connection';
import { holdContinue } from '../http/expect-continue';
import { MeshbatchError } from '../http/meshbatch-error';
import { Metrics } from '../metrics/metrics';
import { BodyIntake } from './body-intake';
import { IngestMetrics } from './ingest-metrics';

const MIB = 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, ' ');
const LARGE = `Content-Length: ${64 * MIB}`;
const EXPECT = 'Expect: 100-continue';

function* pieces(total: number): Generator<Buffer> {
  for (let sent = 0; sent < total; sent += PIECE.length) yield PIECE;
}

async function readAll(body: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  return bytes;
}

describe('BodyIntake', () => {
  let clock: ManualClock;
  let metrics: Metrics;
  let server: Server;
  let connections: RawConnection[];
  /** What becomes of each body: its length, or the code of its refusal. */
  let outcomes: (number | string)[];
  let outcome: Promise<void>;
  let take: (body: AsyncIterable<Buffer>, gone: AbortSignal) => Promise<number>;

  beforeEach(async () => {
    [clock, connections, outcomes] = [new ManualClock(), [], []];
    take = readAll;
    metrics = new Metrics({}, clock);
    const intake = new BodyIntake({ maxConcurrentBodies: 1, bodyWaitMs: 100_000 }, clock, new IngestMetrics(metrics));
    const told = outcomes;
    server = createServer((request, response) => {
      outcome = handle(intake, request, response, told);
    });
    holdContinue(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const connection of connections) connection.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  async function handle(
    intake: BodyIntake,
    request: IncomingMessage,
    response: ServerResponse,
    told: (number | string)[],
  ): Promise<void> {
    const result = await intake
      .take({ request, response, ownerId: 'one', aside: (wait) => wait() }, (body, gone) => take(body, gone))
      .catch((error: unknown) => (error instanceof MeshbatchError ? error.code : String(error)));
    told.push(result);
    response.setHeader('Content-Length', 2).end('ok');
  }

  async function connect(...headers: string[]): Promise<RawConnection> {
    const connection = await RawConnection.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    connections.push(connection);
    const arrived = once(server, headers.includes(EXPECT) ? 'checkContinue' : 'request');
    connection.head('POST /', ...headers);
    await arrived;
    return connection;
  }

  it.each([
    ['a plain body', [LARGE], pieces(64 * MIB)],
    [
      'a gzip body',
      ['Transfer-Encoding: chunked', 'Content-Encoding: gzip'],
      (function* () {
        const member = gzipSync(Buffer.alloc(63 * 1024, 'some text '), { level: 0 });
        const chunk = Buffer.concat([Buffer.from(`${member.length.toString(16)}\r\n`), member, Buffer.from('\r\n')]);
        for (let sent = 0; sent < 64 * MIB; sent += chunk.length) yield chunk;
      })(),
    ],
  ])('stops reading %s while its consumer is slow', async (_, headers, body) => {
    let goOn = () => {};
    let bytes = 0;
    take = async (chunks) => {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        await new Promise<void>((resolve) => (goOn = resolve));
      }
      return bytes;
    };
    const connection = await connect(...headers);
    // Mostly the two buffers of the system's; ours are below half a megabyte.
    expect(await connection.fill(body)).toBeLessThan(16 * MIB);
    expect(bytes).toBeLessThanOrEqual(64 * 1024);
    connection.close();
    for (; outcomes.length === 0; await settled()) goOn();
    expect(outcomes).toEqual(['invalid_request']);
  });

  it('reads nothing of a large body before its turn, so that 100 Continue waits for it too', async () => {
    const first = await connect(LARGE);
    first.write(PIECE);
    const second = await connect(EXPECT, 'Content-Length: 2000000');
    const third = await connect(EXPECT, 'Content-Length: 2000000');
    await first.fill(pieces(64 * MIB - PIECE.length));
    await first.answer();
    for (const connection of [second, third]) {
      await connection.goAhead();
      if (connection === second) expect(third.unread).toBe('');
      connection.write(Buffer.alloc(2_000_000));
      await connection.answer();
    }
    expect(outcomes).toEqual([64 * MIB, 2_000_000, 2_000_000]);
  });

  it('lets small bodies pass by those that wait', async () => {
    await connect(LARGE);
    for (const small of ['Content-Length: 2', `Content-Length: ${MIB}`]) {
      const connection = await connect(EXPECT, small);
      await connection.goAhead();
    }
    const without = await connect();
    await without.answer();
    expect(outcomes).toEqual([0]);
    for (const unknown of [['Transfer-Encoding: chunked'], ['Content-Length: 2', 'Content-Encoding: gzip']]) {
      const connection = await connect(EXPECT, ...unknown);
      await settled();
      expect(connection.unread).toBe('');
    }
  });

  it('tells at a scrape how many are open and how many wait', async () => {
    const inHand = async () =>
      [
        ...(await metrics.registry.metrics()).matchAll(/^meshbatch_bod(?:ies|y_gate)_(open|waiting|limit) (\d+)$/gm),
      ].map(([, what, value]) => `${what} ${value}`);
    expect(await inHand()).toEqual(['open 0', 'waiting 0', 'limit 1']);
    const first = await connect(LARGE);
    await connect('Content-Length: 2');
    const second = await connect(EXPECT, LARGE);
    expect(await inHand()).toEqual(['open 2', 'waiting 1', 'limit 1']);
    first.close();
    await second.goAhead();
    expect(await inHand()).toEqual(['open 2', 'waiting 0', 'limit 1']);
  });

  it('gives the place of a client that goes away while it waits to the next', async () => {
    const first = await connect(LARGE);
    const leaver = await connect(EXPECT, LARGE);
    const third = await connect(EXPECT, LARGE);
    leaver.close();
    await outcomeIs('invalid_request');
    first.close();
    await third.goAhead();
    expect(outcomes).toEqual(['invalid_request', 'invalid_request']);
  });

  it('does not hold the time in the queue against a client', async () => {
    let letGo = () => {};
    take = () => new Promise((resolve) => (letGo = () => resolve(0)));
    await connect(LARGE);
    const second = await connect(EXPECT, 'Content-Length: 2000000');
    await clock.forward(90_000, 10_000);
    take = readAll;
    letGo();
    await second.goAhead();
    second.write(Buffer.alloc(2_000_000));
    await second.answer();
    expect(outcomes).toEqual([0, 2_000_000]);
  });

  it('refuses one whose turn does not come in time, without reading it', async () => {
    take = () => new Promise(() => {});
    await connect(LARGE);
    const second = await connect(EXPECT, 'Content-Length: 2000000');
    await clock.forward(100_000, 10_000);
    await outcomeIs('service_unavailable');
    expect(second.unread).not.toContain('100 Continue');
    expect(await metrics.registry.metrics()).toContain('meshbatch_body_gate_refusals_total 1');
  });

  it('gives up a body that brings nothing, also where it is gzip, and stops its clock', async () => {
    for (const headers of [[LARGE], ['Content-Encoding: x-gzip', LARGE]]) {
      const connection = await connect(...headers);
      await clock.forward(32_000, 1500);
      await outcome;
      connection.close();
    }
    expect([outcomes, clock.sleeping]).toEqual([['request_timeout', 'request_timeout'], 0]);
  });

  it('tells who uses a body that its client has gone, after its end too', async () => {
    const signals: AbortSignal[] = [];
    take = async (body, gone) => {
      signals.push(gone);
      for await (const _ of body);
      if (!gone.aborted) await once(gone, 'abort');
      return 1;
    };
    const connection = await connect('Content-Length: 2');
    connection.write('{}');
    connection.close();
    await outcome;
    expect([outcomes, signals.map(({ aborted }) => aborted)]).toEqual([[1], [true]]);
  });

  it('tells it too where the body waits for the answer before it on its connection', async () => {
    const signals: AbortSignal[] = [];
    take = async (_, gone) => {
      signals.push(gone);
      if (!gone.aborted) await once(gone, 'abort');
      return 1;
    };
    const connection = await connect('Content-Length: 0');
    connection.head('POST /', LARGE);
    await once(server, 'request');
    connection.close();
    while (outcomes.length < 2) await settled();
    expect([outcomes, signals.map(({ aborted }) => aborted)]).toEqual([
      [1, 1],
      [true, true],
    ]);
  });

  /** Resolves once a body has come to this. */
  async function outcomeIs(wanted: string): Promise<void> {
    while (!outcomes.includes(wanted)) await settled();
  }
});
