import { z } from 'zod';
import { BLOB_KEY } from '../blobs/blob-key';
import type { S3StoreOptions } from '../blobs/s3/s3-store-options';

/** The settings of a bucket for blobs; without `S3_BUCKET` they are files. */
export const S3_SETTINGS = {
  S3_BUCKET: z.string().optional(),
  S3_PREFIX: z
    .string()
    .regex(BLOB_KEY, { error: 'must be names of letters, digits, ., - and _, joined by /' })
    .optional(),
  S3_REGION: z.string().optional(),
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
    .refine((url) => !URL.canParse(url) || new URL(url).username === '', { error: 'must not hold credentials' })
    .optional(),
  S3_FORCE_PATH_STYLE: z.enum(['on', 'off'], { error: 'must be on or off' }).optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
};

type S3Settings = z.infer<z.ZodObject<typeof S3_SETTINGS>>;
type Source = Readonly<Partial<Record<keyof S3Settings, string>>>;

/** What no setting has wrong by itself: one that belongs to another which is not there. */
export function s3Problems(set: Source): string[] {
  const names = Object.keys(S3_SETTINGS) as (keyof S3Settings)[];
  const others = set.S3_BUCKET === undefined ? names.filter((name) => set[name] !== undefined) : [];
  const pair = ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
  const missing = pair.filter((name) => set[name] === undefined);
  return [
    ...others.map((name) => `${name} says nothing without S3_BUCKET`),
    ...(missing.length === 1 ? [`${missing[0]} is missing beside ${pair.find((name) => name !== missing[0])}`] : []),
  ];
}

/** The bucket that the settings name, if they name one. */
export function s3Options(env: S3Settings): S3StoreOptions | undefined {
  if (env.S3_BUCKET === undefined) return undefined;
  return {
    bucket: env.S3_BUCKET,
    ...(env.S3_PREFIX !== undefined && { prefix: env.S3_PREFIX }),
    ...(env.S3_REGION !== undefined && { region: env.S3_REGION }),
    ...(env.S3_ENDPOINT !== undefined && { endpoint: env.S3_ENDPOINT }),
    ...(env.S3_FORCE_PATH_STYLE !== undefined && { forcePathStyle: env.S3_FORCE_PATH_STYLE === 'on' }),
    ...(env.S3_ACCESS_KEY_ID !== undefined && { accessKeyId: env.S3_ACCESS_KEY_ID }),
    ...(env.S3_SECRET_ACCESS_KEY !== undefined && { secretAccessKey: env.S3_SECRET_ACCESS_KEY }),
  };
}
