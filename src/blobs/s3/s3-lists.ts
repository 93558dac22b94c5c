import {
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';

type Marker = Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'>;

/** Where in a bucket is looked. */
interface S3Folder {
  readonly Bucket: string;
  /** With a `/` at its end. */
  readonly Prefix: string;
}

export interface ListedObject {
  readonly Key: string;
  readonly LastModified: Date;
}

export interface ListedUpload {
  readonly Key: string;
  readonly UploadId: string;
  readonly Initiated: Date;
}

/** Page after page of the objects in a folder. */
export async function* listObjects(client: S3Client, folder: S3Folder): AsyncGenerator<ListedObject> {
  for await (const { Contents } of paginateListObjectsV2({ client }, folder)) {
    for (const { Key, LastModified } of Contents ?? [])
      if (Key !== undefined && LastModified) yield { Key, LastModified };
  }
}

/** Page after page of the multipart uploads that are neither completed nor aborted. */
export async function* listUploads(client: S3Client, folder: S3Folder): AsyncGenerator<ListedUpload> {
  for (let next: Marker | null = {}; next;) {
    const page: ListMultipartUploadsCommandOutput = await client.send(
      new ListMultipartUploadsCommand({ ...folder, ...next }),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key !== undefined && UploadId !== undefined && Initiated) yield { Key, UploadId, Initiated };
    }
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
    next = page.IsTruncated && KeyMarker !== undefined ? { KeyMarker, UploadIdMarker } : null;
  }
}
