/** A bucket of S3, or of a server that speaks its API. */
export interface S3StoreOptions {
  readonly bucket: string;
  /** What comes before every key, without a slash at its end; made of the same segments as a key. Nothing when left out. */
  readonly prefix?: string;
  /** When left out, the AWS SDK's own settings say it; beside an `endpoint` it is then `us-east-1`. */
  readonly region?: string;
  /** The http(s) address of a server other than Amazon's. */
  readonly endpoint?: string;
  /** Whether the bucket is named in the path and not in the host name; when left out, beside an `endpoint` only. */
  readonly forcePathStyle?: boolean;
  /** Given with `secretAccessKey`. Without both, the AWS SDK's default chain is asked: environment, profile, role of the machine. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
}
