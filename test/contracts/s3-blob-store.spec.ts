import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import { BlobNotFoundError } from '../../src/blobs/blob-store';
import { S3BlobStore } from '../../src/blobs/s3/s3-blob-store';
import { PART_BYTES } from '../../src/blobs/s3/s3-parts';
import type { S3StoreOptions } from '../../src/blobs/s3/s3-store-options';
import { LogRecorder } from '../support/execution/log-recorder';
import { S3Server } from '../support/s3/s3-server';
import { FULL_TIER } from '../support/tier';
import { describeBlobStore } from './blob-store.contract';

const MIB = 1024 * 1024;
/** Two parts of 8 MiB on their way, one being filled, one not yet let go, and what the server in this process holds. */
const PEAK_MIB = 48;
/** The first part is sent once there is a second one, and then its upload can be seen. */
const IN_PARTS = { peakMiB: PEAK_MIB, unfinishedMiB: 24 };

let server: S3Server;
beforeAll(async () => (server = await S3Server.start()));
afterAll(() => server.stop());

async function s3Store(options: Partial<S3StoreOptions> = {}) {
  const store = new S3BlobStore({ ...server.options, ...options });
  await store.onModuleInit();
  return { store, close: () => store.onApplicationShutdown() };
}

describeBlobStore('S3BlobStore', () => s3Store(), { largeMiB: FULL_TIER ? 256 : 64, ...IN_PARTS });
describeBlobStore('S3BlobStore below a prefix', () => s3Store({ prefix: 'team-a/meshbatch' }), {
  largeMiB: 12,
  ...IN_PARTS,
});

describe('S3BlobStore', () => {
  let store: S3BlobStore;
  let close: () => void;
  beforeAll(async () => ({ store, close } = await s3Store()));
  afterAll(() => close());
  beforeEach(() => (server.requests.length = 0));
  afterEach(() => (server.intercept = () => false));

  /** What was asked of the server, without the ids of uploads. */
  const asked = () => server.requests.map((request) => request.replace(/uploadId=\w+/, 'uploadId'));

  async function* sized(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0; left -= MIB) yield Buffer.alloc(Math.min(MIB, left), left / MIB);
  }

  async function read(key: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of (await store.read(key)) as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  it('puts what fits into one part by one call', async () => {
    for (const bytes of [0, 5, PART_BYTES]) expect(await store.write('one', sized(bytes))).toBe(bytes);
    expect(asked()).toEqual(Array(3).fill('PUT /blobs/one?x-id=PutObject'));
  });

  it.each([PART_BYTES + 1, 2 * PART_BYTES])(
    'puts %d bytes in parts, and they come back as they were',
    async (bytes) => {
      // One buffer that is written over for each chunk, as a source may do.
      const reused = Buffer.alloc(MIB);
      const source = async function* () {
        for await (const chunk of sized(bytes)) yield reused.subarray(0, chunk.copy(reused));
      };
      expect(await store.write('many', source())).toBe(bytes);
      expect(asked().filter((request) => request.includes('UploadPart'))).toHaveLength(Math.ceil(bytes / PART_BYTES));
      expect(server.openUploads).toEqual([]);
      const expected: Buffer[] = [];
      for await (const chunk of sized(bytes)) expected.push(chunk);
      expect((await read('many')).equals(Buffer.concat(expected))).toBe(true);
    },
  );

  it('takes an upload back when the source throws in its middle, and keeps what was there', async () => {
    await store.write('kept', sized(5));
    const fault = new Error('the source failed');
    const source = async function* () {
      yield* sized(2 * PART_BYTES + 1);
      throw fault;
    };
    await expect(store.write('kept', source())).rejects.toBe(fault);
    expect(asked().at(-1)).toBe('DELETE /blobs/kept?uploadId&x-id=AbortMultipartUpload');
    expect([server.openUploads, await store.size('kept')]).toEqual([[], 5]);
  });

  it('rethrows the source’s error even when the upload cannot be taken back', async () => {
    const fault = new Error('the source failed');
    server.intercept = (request, response) => {
      if (request.method !== 'DELETE') return false;
      response.writeHead(403).end();
      return true;
    };
    const source = async function* () {
      yield* sized(PART_BYTES + 1);
      throw fault;
    };
    const log = new LogRecorder();
    Logger.overrideLogger(log);
    await expect(store.write('left', source())).rejects.toBe(fault);
    expect(log.count('An unfinished upload stays in the bucket')).toBe(1);
  });

  it('closes the source and takes the upload back when a part is refused', async () => {
    server.intercept = (request, response) => {
      if (!request.url?.includes('partNumber=2')) return false;
      request.resume();
      response.writeHead(403).end();
      return true;
    };
    const before = server.openUploads;
    let [yielded, closed] = [0, false];
    const source = async function* () {
      try {
        for await (const chunk of sized(20 * PART_BYTES)) {
          yielded += chunk.length;
          yield chunk;
        }
      } finally {
        closed = true;
      }
    };
    await expect(store.write('refused', source())).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect([closed, server.openUploads]).toEqual([true, before]);
    expect(yielded).toBeLessThan(6 * PART_BYTES);
    await expect(store.size('refused')).rejects.toBeInstanceOf(BlobNotFoundError);
  });

  it('tries again what the server could not take', async () => {
    let failed = 0;
    server.intercept = (request, response) => {
      if (failed === 2) return false;
      failed++;
      request.resume();
      response.writeHead(503).end();
      return true;
    };
    expect(await store.write('again', sized(7))).toBe(7);
    expect([failed, (await read('again')).length]).toEqual([2, 7]);
  });

  it.each([
    ['cut off', 'destroy'],
    ['ended too early', 'end'],
  ] as const)('fails when a body is %s', async (_how, how) => {
    server.intercept = (_request, response) => {
      response.writeHead(200, { 'Content-Length': 1000 }).write(Buffer.alloc(400), () => {
        if (how === 'destroy') response.socket?.destroy();
        else response.socket?.end();
      });
      return true;
    };
    await expect(read('cut')).rejects.toThrow('The blob cut was cut after 400 of 1000 bytes');
  });

  it('tells of a cut that came before anyone read', async () => {
    server.intercept = (_request, response) => {
      response.writeHead(200, { 'Content-Length': 1000 }).flushHeaders();
      setImmediate(() => response.socket?.destroy());
      return true;
    };
    const stream = await store.read('cut');
    await new Promise((closed) => stream.once('close', closed));
    await expect(stream.toArray()).rejects.toThrow('cut after 0 of 1000 bytes');
  });

  it('lets go of the connection when a reader stops early', async () => {
    await store.write('long', sized(6 * MIB));
    let closed: Promise<unknown> = Promise.resolve();
    server.intercept = (_request, response) => {
      closed = new Promise((done) => response.once('close', done));
      return false;
    };
    for await (const chunk of (await store.read('long')) as AsyncIterable<Buffer>) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await closed;
  });

  it.each([403, 404, 500])('does not take an answer of %d for a missing blob unless it says so', async (status) => {
    server.intercept = (_request, response) => {
      response.writeHead(status).end('<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>');
      return true;
    };
    await expect(store.read('x')).rejects.toMatchObject({ $metadata: { httpStatusCode: status } });
    if (status !== 404) await expect(store.size('x')).rejects.toMatchObject({ $metadata: { httpStatusCode: status } });
  });
});

describe('a bucket that cannot be used', () => {
  const secretAccessKey = 'a-secret-that-nobody-may-see';

  async function faultOf(options: Partial<S3StoreOptions>): Promise<Error> {
    const made = await s3Store(options).catch((error: unknown) => error as Error);
    if (!(made instanceof Error)) throw new Error('It can be used');
    return made;
  }

  it.each<[string, () => Partial<S3StoreOptions>, RegExp]>([
    [
      'is missing',
      () => ({ bucket: 'no-such' }),
      /bucket no-such at http:\S+ cannot be used: it answered 404, NoSuchBucket/,
    ],
    [
      'does not know the key',
      () => ({ accessKeyId: 'K', secretAccessKey }),
      /answered 403, InvalidAccessKeyId.*allowed to list/,
    ],
    ['knows another secret', () => ({ secretAccessKey }), /answered 403, SignatureDoesNotMatch/],
    [
      'is not there',
      () => ({ endpoint: 'http://127.0.0.1:9' }),
      /at http:\/\/127\.0\.0\.1:9 cannot be used: .*ECONNREFUSED/,
    ],
    ['has no address', () => ({ endpoint: 'nowhere' }), /at its endpoint cannot be used/],
  ])('%s', async (_what, options, message) => {
    const fault = await faultOf(options());
    expect(fault).toMatchObject({
      name: 'BlobStoreUnreachableError',
      message: expect.stringMatching(message) as string,
    });
    expect(inspect(fault, { depth: 20, showHidden: true })).not.toContain(secretAccessKey);
  });

  it.each(['/a', 'a/', '../a', 'a b'])('is not looked for below the prefix %j', (prefix) => {
    expect(() => new S3BlobStore({ ...server.options, prefix })).toThrow('Not a blob key');
  });
});
