import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3';
import { SafeLogger } from '../../common/safe-logger';
import { partsOf } from './s3-parts';

/** At most so many are on their way while the next one is filled. */
const PARTS_IN_FLIGHT = 2;

/** Where an object is put. */
interface S3Target {
  readonly Bucket: string;
  readonly Key: string;
}

/**
 * Puts all that `source` yields as one object and resolves to its length in bytes: by one call when it fits into one part, else
 * by a multipart upload. When anything throws, the upload is aborted and the error rethrown.
 */
export async function upload(client: S3Client, target: S3Target, source: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  let multipart: MultipartUpload | undefined;
  try {
    for await (const { bytes, isLast } of partsOf(source)) {
      length += bytes.length;
      if (isLast && !multipart) {
        await client.send(new PutObjectCommand({ ...target, Body: bytes }));
      } else {
        multipart ??= await MultipartUpload.begin(client, target);
        await multipart.add(bytes);
      }
    }
    await multipart?.complete();
    return length;
  } catch (error) {
    await multipart?.abort();
    throw error;
  }
}

class MultipartUpload {
  private readonly logger = new SafeLogger(MultipartUpload.name);
  private readonly parts: Promise<CompletedPart>[] = [];

  private constructor(
    private readonly client: S3Client,
    private readonly target: S3Target & { readonly UploadId: string },
  ) {}

  static async begin(client: S3Client, target: S3Target): Promise<MultipartUpload> {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
    if (UploadId === undefined) throw new Error(`S3 began no upload of ${target.Key}`);
    return new MultipartUpload(client, { ...target, UploadId });
  }

  /** Sends the next part; resolves when there is room for another one. */
  async add(bytes: Buffer): Promise<void> {
    await this.parts[this.parts.length - PARTS_IN_FLIGHT];
    const sent = this.send(this.parts.length + 1, bytes);
    // Its failure is told by a later part or by the end, whichever asks for it first.
    sent.catch(() => undefined);
    this.parts.push(sent);
  }

  async complete(): Promise<void> {
    const Parts = await Promise.all(this.parts);
    await this.client.send(new CompleteMultipartUploadCommand({ ...this.target, MultipartUpload: { Parts } }));
  }

  /** Never throws: why the upload was given up matters more. A part that came after the abort would be kept, hence the wait. */
  async abort(): Promise<void> {
    await Promise.allSettled(this.parts);
    try {
      await this.client.send(new AbortMultipartUploadCommand(this.target));
    } catch (err) {
      this.logger.warn({ err, key: this.target.Key }, 'An unfinished upload stays in the bucket');
    }
  }

  private async send(PartNumber: number, Body: Buffer): Promise<CompletedPart> {
    const { ETag } = await this.client.send(new UploadPartCommand({ ...this.target, PartNumber, Body }));
    if (ETag === undefined) throw new Error(`S3 gave no tag for part ${PartNumber} of ${this.target.Key}`);
    return { PartNumber, ETag };
  }
}
