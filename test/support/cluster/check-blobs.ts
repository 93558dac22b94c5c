import { join, relative } from 'node:path';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { filesBelow, modifiedAt } from '../../../src/common/folder-walk';
import { BUCKET, CREDENTIALS, type S3Server } from '../s3/s3-server';
import type { Cluster } from './cluster';
import type { RowQueries } from './cluster-rows';
import type { Violation } from './violation';

/** Says whose the blobs are. */
const MARK = 'installation';
const NAMED = `SELECT segment ->> 'key' AS key FROM meshbatch_files, jsonb_array_elements(segments) AS segment
  UNION SELECT segment ->> 'indexKey' FROM meshbatch_files, jsonb_array_elements(segments) AS segment
  UNION SELECT results ->> 'key' FROM meshbatch_parts UNION SELECT results ->> 'indexKey' FROM meshbatch_parts`;

/** Rows, and the folder or bucket of the blobs that they name. */
export type BlobsPlace = Pick<Cluster, 'dataDir' | 'bucket'> & { readonly rows: RowQueries };

/** That every blob that a row names is there, and none that no row names. */
export async function checkBlobs(cluster: BlobsPlace): Promise<Violation[]> {
  const rows = await cluster.rows.query<{ key: string | null }>(NAMED);
  const named = new Set(rows.flatMap(({ key }) => key ?? []));
  const stored = cluster.bucket ? await inBucket(cluster.bucket) : await inFolder(join(cluster.dataDir, 'blobs'));
  stored.delete(MARK);
  const missing = [...named].filter((key) => !stored.has(key));
  const orphans = [...stored].filter(([key]) => !named.has(key));
  return [
    ...missing.map((key) => ({ kind: 'blob missing', subject: key, detail: 'a row names it' })),
    ...orphans.map(([key, at]) => ({
      kind: 'orphan blob',
      subject: key,
      detail: `since ${new Date(at).toISOString()}`,
    })),
  ];
}

/** By key, when it was written; half-written ones too. */
async function inFolder(folder: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const path of filesBelow(folder)) {
    const writtenAt = await modifiedAt(path);
    if (writtenAt) found.set(relative(folder, path), writtenAt.getTime());
  }
  return found;
}

async function inBucket(bucket: S3Server): Promise<Map<string, number>> {
  const client = new S3Client({
    endpoint: bucket.url,
    credentials: CREDENTIALS,
    region: 'us-east-1',
    forcePathStyle: true,
  });
  const found = new Map<string, number>();
  let token: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken: token }));
    for (const { Key, LastModified } of page.Contents ?? []) found.set(Key ?? '', LastModified?.getTime() ?? 0);
    token = page.NextContinuationToken;
  } while (token !== undefined);
  client.destroy();
  return found;
}
