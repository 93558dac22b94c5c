import { once } from 'node:events';
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';

export const BUCKET = 'blobs';
/** The only keys that s3rver knows; it checks every signature by them. */
export const CREDENTIALS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

/** A part of an upload may still be written meanwhile. */
const REMOVAL = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 };

/** Answers a request in the server's place, or returns false and leaves it to the server. */
type Interceptor = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * An S3-compatible server on loopback: s3rver, with what S3 does and it does not put right. It records what it is asked and can be
 * made to fail.
 */
export class S3Server {
  /** `METHOD /path?query` of every request so far. */
  readonly requests: string[] = [];
  intercept: Interceptor = () => false;
  /** By the id of each multipart upload that has a part, the path of its object. */
  private readonly uploads = new Map<string, string>();
  private readonly aborted = new Set<string>();

  private constructor(
    private readonly s3rver: S3rver,
    private readonly lists: S3rver,
    private readonly server: Server,
    private readonly folder: string,
  ) {}

  /** Starts with one bucket, {@link BUCKET}. */
  static async start(): Promise<S3Server> {
    const folder = await mkdtemp(join(tmpdir(), 'meshbatch-s3-'));
    const s3rver = new S3rver({ directory: folder, silent: true, vhostBuckets: false });
    // It loses the slash at the end of a bucket's path, and so does not find the signature of a list.
    const lists = new S3rver({ directory: folder, silent: true, vhostBuckets: false, allowMismatchedSignatures: true });
    putRight(s3rver.store);
    await s3rver.store.putBucket(BUCKET);
    const server = createServer();
    const started = new S3Server(s3rver, lists, server, folder);
    const serve = s3rver.callback();
    const serveList = lists.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      started.requests.push(`${request.method} ${request.url}`);
      if (started.intercept(request, response)) return;
      if (started.abortUpload(request, response) || started.listUploads(request, response)) return;
      (request.url?.includes('list-type=') ? serveList : serve)(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What a store needs to reach the bucket. */
  get options() {
    return { bucket: BUCKET, endpoint: this.url, ...CREDENTIALS };
  }

  /** As settings of the service. */
  get settings(): Record<string, string> {
    const { accessKeyId, secretAccessKey } = CREDENTIALS;
    return {
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: this.url,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
    };
  }

  /** The ids of the multipart uploads that were begun and neither completed nor aborted. */
  get openUploads(): string[] {
    const folder = this.uploadsFolder;
    // A part that was on its way makes its folder anew.
    return existsSync(folder) ? readdirSync(folder).filter((id) => !this.aborted.has(id)) : [];
  }

  /** Whether an object is stored whose key begins so. */
  async holds(prefix: string): Promise<boolean> {
    const { objects } = await this.s3rver.store.listObjects(BUCKET, { prefix, maxKeys: 1 });
    return objects.length > 0;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    for (const { logger } of [this.s3rver, this.lists]) {
      logger.exceptions.unhandle();
      logger.close();
    }
    await rm(this.folder, REMOVAL);
  }

  private get uploadsFolder(): string {
    return this.s3rver.store.getResourcePath(BUCKET, undefined, 'uploads');
  }

  /** s3rver has no list of uploads. */
  private listUploads(request: IncomingMessage, response: ServerResponse): boolean {
    const { pathname, searchParams } = new URL(request.url ?? '', this.url);
    const partOf = searchParams.get('uploadId');
    if (request.method === 'PUT' && partOf !== null) this.uploads.set(partOf, pathname.slice(BUCKET.length + 2));
    if (request.method !== 'GET' || !searchParams.has('uploads')) return false;
    const prefix = searchParams.get('prefix') ?? '';
    const open = this.openUploads.filter((id) => this.uploads.get(id)?.startsWith(prefix)).sort();
    // A page holds one, so that whoever lists has to turn pages.
    const [id, ...more] = open.filter((each) => each > (searchParams.get('upload-id-marker') ?? ''));
    const listed = id === undefined ? '' : uploadXml(id, this.uploads.get(id) ?? '', more.length > 0);
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(`<ListMultipartUploadsResult><Bucket>${BUCKET}</Bucket>${listed}</ListMultipartUploadsResult>`);
    return true;
  }

  /** s3rver takes an abort for the removal of the object, and parts of what was aborted. */
  private abortUpload(request: IncomingMessage, response: ServerResponse): boolean {
    const id = new URL(request.url ?? '', this.url).searchParams.get('uploadId');
    if (id === null) return false;
    if (request.method !== 'DELETE') return this.aborted.has(id) && refuseUpload(request, response);
    this.aborted.add(id);
    // A part that is still being written may keep its folder, which goes with the server's.
    void rm(join(this.uploadsFolder, id), REMOVAL)
      .catch(() => undefined)
      .then(() => response.writeHead(204).end());
    return true;
  }
}

function refuseUpload(request: IncomingMessage, response: ServerResponse): true {
  request.resume();
  response.writeHead(404, { 'content-type': 'application/xml' });
  response.end('<Error><Code>NoSuchUpload</Code><Message>The upload was aborted</Message></Error>');
  return true;
}

function uploadXml(id: string, key: string, isTruncated: boolean): string {
  const initiated = new Date().toISOString();
  return (
    `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated}</Initiated></Upload>` +
    `<NextKeyMarker>${key}</NextKeyMarker><NextUploadIdMarker>${id}</NextUploadIdMarker>` +
    `<IsTruncated>${isTruncated}</IsTruncated>`
  );
}

/** S3 shows an object whole or not at all, and knows the range that is the first byte, and those of an empty object. */
function putRight(store: S3rver['store']): void {
  const putContent = store.putContent.bind(store);
  let writes = 0;
  store.putContent = async (path, content) => {
    const temporary = `${path}.${writes++}`;
    const written = await putContent(temporary, content);
    await rename(temporary, path);
    return written;
  };
  const getObject = store.getObject.bind(store);
  store.getObject = async (bucket, key, { start, end } = {}) => {
    const object = await getObject(bucket, key);
    if (!object || start === undefined) return object;
    object.content?.destroy();
    object.range = { start, end: Math.min(end ?? Infinity, object.size - 1) };
    const path = store.getResourcePath(bucket, key, 'object');
    object.content = start < object.size ? createReadStream(path, object.range) : null;
    return object;
  };
}
