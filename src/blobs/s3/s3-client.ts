import { S3Client } from '@aws-sdk/client-s3';
import type { S3StoreOptions } from './s3-store-options';

const CONNECT_MS = 5_000;
/** To the answer's headers, a whole part sent before. */
const ANSWER_MS = 120_000;
/** Long, since a reader that is slow itself, such as a client on a thin line, also keeps a connection silent. */
const SILENCE_MS = 300_000;
/** As many connections as there are streams: each has a caller who waits, and a queue would count against the time to connect. */
const AGENT = { keepAlive: true, maxSockets: Infinity };

/** The SDK's client, which tries a call that failed again by its own rules. */
export function createS3Client(options: S3StoreOptions): S3Client {
  const { endpoint, accessKeyId, secretAccessKey } = options;
  const region = options.region ?? (endpoint === undefined ? undefined : 'us-east-1');
  return new S3Client({
    forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey } }),
    // Many compatible servers refuse the checksums that the SDK would add by itself; every body is signed all the same.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
      socketTimeout: SILENCE_MS,
      httpAgent: AGENT,
      httpsAgent: AGENT,
    },
  });
}
