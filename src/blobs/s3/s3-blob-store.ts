import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { assertNoTransaction } from '../../persistence/transaction-context';
import { assertBlobKey, isBlobKey } from '../blob-key';
import { BlobNotFoundError, BlobStore, type ByteRange, type StoredBlob, type UnfinishedWrite } from '../blob-store';
import { wholeBody } from './s3-body';
import { createS3Client } from './s3-client';
import { BlobStoreUnreachableError, isBeyondEnd, isMissing, isMissingUpload } from './s3-errors';
import { listObjects, listUploads } from './s3-lists';
import type { S3StoreOptions } from './s3-store-options';
import { upload } from './s3-upload';

/** A key under which nothing is ever written. */
const NO_BLOB = 'is-the-bucket-there';

/** Blobs as the objects of one bucket, or of what is below a prefix in it. */
export class S3BlobStore extends BlobStore implements OnModuleInit, OnApplicationShutdown {
  /** Chunks are copied into parts. */
  override readonly releasesChunks = true;
  private readonly client: S3Client;

  constructor(private readonly options: S3StoreOptions) {
    super();
    if (options.prefix !== undefined) assertBlobKey(options.prefix);
    this.client = createS3Client(options);
  }

  /**
   * Throws {@link BlobStoreUnreachableError}. Asks for an object that is not there: it must be called missing, which S3 does only
   * to those who may list the bucket, and a GET is answered with words where a HEAD is not.
   */
  async onModuleInit(): Promise<void> {
    try {
      (await this.read(NO_BLOB)).destroy();
    } catch (error) {
      if (!(error instanceof BlobNotFoundError)) throw new BlobStoreUnreachableError(this.options, error);
    }
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }

  async write(key: string, source: AsyncIterable<Uint8Array>): Promise<number> {
    assertNoTransaction('A blob write');
    return upload(this.client, this.target(key), source);
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    assertNoTransaction('A blob read');
    const target = this.target(key);
    if (range && range.end < range.start) {
      await this.size(key);
      return Readable.from([]);
    }
    const Range = range && `bytes=${range.start}-${range.end}`;
    try {
      const { Body, ContentLength } = await this.client.send(new GetObjectCommand({ ...target, Range }));
      return wholeBody(key, Body as Readable, ContentLength);
    } catch (error) {
      if (isBeyondEnd(error)) return Readable.from([]);
      throw isMissing(error) ? new BlobNotFoundError(key) : error;
    }
  }

  async size(key: string): Promise<number> {
    assertNoTransaction('A blob size');
    try {
      const { ContentLength } = await this.client.send(new HeadObjectCommand(this.target(key)));
      if (ContentLength === undefined) throw new Error(`S3 did not say how long ${key} is`);
      return ContentLength;
    } catch (error) {
      throw isMissing(error) ? new BlobNotFoundError(key) : error;
    }
  }

  async delete(key: string): Promise<void> {
    assertNoTransaction('A blob delete');
    try {
      await this.client.send(new DeleteObjectCommand(this.target(key)));
    } catch (error) {
      // S3 itself does not mind; some servers do.
      if (!isMissing(error)) throw error;
    }
  }

  async *list(folder: string): AsyncGenerator<StoredBlob> {
    assertNoTransaction('A list of blobs');
    for await (const { Key, LastModified } of listObjects(this.client, this.folder(folder))) {
      const key = Key.slice(this.prefix.length);
      if (isBlobKey(key)) yield { key, writtenAt: LastModified };
    }
  }

  async *listUnfinished(folder: string): AsyncGenerator<UnfinishedWrite> {
    assertNoTransaction('A list of blobs');
    for await (const { Key, UploadId, Initiated } of listUploads(this.client, this.folder(folder))) {
      const key = Key.slice(this.prefix.length);
      if (isBlobKey(key)) yield { id: `${UploadId} ${key}`, key, touchedAt: Initiated };
    }
  }

  async discardUnfinished(id: string): Promise<void> {
    assertNoTransaction('A blob delete');
    const [UploadId = '', key = ''] = id.split(' ');
    try {
      await this.client.send(new AbortMultipartUploadCommand({ ...this.target(key), UploadId }));
    } catch (error) {
      if (!isMissingUpload(error)) throw error;
    }
  }

  private get prefix(): string {
    return this.options.prefix === undefined ? '' : `${this.options.prefix}/`;
  }

  private folder(folder: string): { Bucket: string; Prefix: string } {
    const { Bucket, Key } = this.target(folder);
    return { Bucket, Prefix: `${Key}/` };
  }

  private target(key: string): { Bucket: string; Key: string } {
    assertBlobKey(key);
    return { Bucket: this.options.bucket, Key: this.prefix + key };
  }
}
