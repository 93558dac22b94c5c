/** What the tests use of the package, which comes without types. */
declare module '@20minutes/s3rver' {
  import type { RequestListener } from 'node:http';
  import type { Readable } from 'node:stream';

  interface StoredObject {
    size: number;
    content: Readable | null;
    range?: { start: number; end: number };
  }

  interface FilesystemStore {
    putBucket(bucket: string): Promise<unknown>;
    getResourcePath(bucket: string, key: string | undefined, kind: string): string;
    putContent(path: string, content: Readable | Buffer): Promise<[number, string]>;
    listObjects(bucket: string, options: { prefix: string; maxKeys: number }): Promise<{ objects: object[] }>;
    getObject(bucket: string, key: string, options?: { start?: number; end?: number }): Promise<StoredObject | null>;
  }

  class S3rver {
    constructor(options: {
      directory: string;
      silent: boolean;
      vhostBuckets: boolean;
      allowMismatchedSignatures?: boolean;
    });
    readonly store: FilesystemStore;
    readonly logger: { exceptions: { unhandle(): void }; close(): void };
    callback(): RequestListener;
  }
  export = S3rver;
}
