import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { INestApplication } from '@nestjs/common';
import { embedOn, hostGround, startHost, urlOf, type HostGround } from '../../support/embedding/host';
import { eventually } from '../../support/execution/execution-bench';
import { filesBelow } from '../../../src/common/folder-walk';
import { DelegatingBlobStore } from '../../support/delegating-blob-store';
import { chatItems, type BatchBody } from '../../support/service/api-client';
import { RawConnection } from '../../support/service/raw-connection';

const MIB = 1024 * 1024;
const TOTAL = 64 * MIB;
const ROUTE = 'POST /api/llm/v1/batches';
const TEXT = JSON.stringify({ requests: chatItems(['one', 'two'], 'sandbox/echo') });

/** A disk that holds a write up where a test says so. */
class HeldBlobStore extends DelegatingBlobStore {
  /** Waited for after each chunk, and after the last one. */
  afterChunk: Promise<void> = Promise.resolve();
  beforeEnd: Promise<void> = Promise.resolve();
  ending = 0;

  override write(key: string, source: AsyncIterable<Uint8Array>): Promise<number> {
    return super.write(key, this.hold(source));
  }

  private async *hold(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      yield chunk;
      await this.afterChunk;
    }
    this.ending += 1;
    await this.beforeEnd;
  }
}

describe.each(['express', 'fastify'] as const)('bodies of a host on %s', (platform) => {
  let ground: HostGround;
  let app: INestApplication;
  let store: HeldBlobStore;
  let connection: RawConnection;

  beforeAll(async () => {
    ground = await hostGround();
    store = new HeldBlobStore(join(ground.folder, 'blobs'));
    const ingest = { bodyIdleMs: 400, maxConcurrentBodies: 2 };
    app = await startHost({ platform, meshbatch: await embedOn(ground, { blobs: { store }, ingest }) });
  });
  beforeEach(async () => {
    connection = await RawConnection.open(urlOf(app));
  });
  afterEach(() => connection.close());
  afterAll(async () => {
    await app?.close();
    await ground?.close();
  });

  function ask(...headers: string[]): void {
    connection.head(ROUTE, 'X-Account: ada', 'Content-Type: application/json', ...headers);
  }

  /** Inputs, and what is being written; what becomes of earlier batches meanwhile is not this test's. */
  async function inputs(): Promise<string[]> {
    const names: string[] = [];
    for await (const path of filesBelow(join(ground.folder, 'blobs'))) names.push(basename(path));
    return names.filter((name) => /^input|^\.writing/.test(name));
  }

  it('are taken as gzip', async () => {
    const body = gzipSync(TEXT);
    ask('Content-Encoding: gzip', `Content-Length: ${body.length}`);
    connection.write(body);
    const answer = await connection.answer();
    expect(answer.status).toBe(200);
    expect((JSON.parse(answer.body) as BatchBody).request_counts.total).toBe(2);
  });

  it('are given up when they stop coming', async () => {
    ask('Content-Length: 1000');
    connection.write('{"requests":[');
    const answer = await connection.answer();
    expect([answer.status, answer.body]).toEqual([408, expect.stringContaining('"request_timeout"')]);
    await connection.ended();
  });

  it('stop coming while the disk is slow, and are taken whole when it is not, however long it took', async () => {
    let release = () => {};
    store.afterChunk = new Promise((resolve) => (release = resolve));
    ask('Transfer-Encoding: chunked');
    const body = chunks();
    // Mostly what the system buffers on both sides.
    expect(await connection.fill(body)).toBeLessThan(16 * MIB);
    // Longer than a client may keep us waiting.
    await new Promise((done) => setTimeout(done, 600));
    release();
    connection.write('1\r\n \r\n');
    connection.chunk(Buffer.from(']}'));
    connection.write('0\r\n\r\n');
    const answer = await connection.answer();
    expect(answer.status).toBe(200);
    expect((JSON.parse(answer.body) as BatchBody).request_counts.total).toBeGreaterThan(1);
  });

  it('leave nothing when the client goes away while they are made durable', async () => {
    let release = () => {};
    store.beforeEnd = new Promise((resolve) => (release = resolve));
    const [before, ended] = [await inputs(), store.ending];
    const batches = await countBatches();
    const arrived = once(app.getHttpServer() as Server, 'request') as Promise<[IncomingMessage]>;
    ask(`Content-Length: ${TEXT.length}`);
    connection.write(TEXT);
    const [{ socket }] = await arrived;
    await eventually('the last byte is written', () => Promise.resolve(store.ending > ended || null));
    connection.close();
    await once(socket, 'close');
    release();
    await eventually('nothing is left', async () =>
      JSON.stringify(await inputs()) === JSON.stringify(before) ? true : null,
    );
    expect(await countBatches()).toBe(batches);
  });

  async function countBatches(): Promise<number> {
    const rows: { count: number }[] = await ground.dataSource.query('SELECT count(*)::int FROM meshbatch_batches');
    return rows[0]?.count ?? -1;
  }
});

/** The start of a body of different requests, as chunks. */
function* chunks(): Generator<Buffer> {
  const content = 'x'.repeat(64 * 1024);
  for (let index = 0; index * content.length < TOTAL; index++) {
    const item = { custom_id: `item-${index}`, body: { model: 'sandbox/echo', messages: [{ role: 'user', content }] } };
    const text = `${index === 0 ? '{"requests":[' : ','}${JSON.stringify(item)}`;
    yield Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n`);
  }
}
