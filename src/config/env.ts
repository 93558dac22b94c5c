import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DEFAULT_MAX_EVENT_STREAMS } from '../events/event-streams';
import {
  DEFAULT_BLOB_GRACE_MS,
  DEFAULT_RECONCILE_MS,
  DEFAULT_SWEEP_MS,
} from '../execution/execution.module-definition';
import { DEFAULT_MAX_CONCURRENT_STREAMS } from '../files/open-streams';
import { DEFAULT_BODY_LIMITS } from '../ingest/body-limits';
import { DEFAULT_MAX_CONCURRENT_CREATES } from '../ingest/create-load';
import { DEFAULT_MIN_FREE_DISK_BYTES } from '../ingest/free-disk';
import { DEFAULT_INGEST_LIMITS } from '../ingest/ingest-limits';
import type { CatalogFile } from '../providers/catalog/catalog-file';
import { InvalidCatalogError, type KnownProviders } from '../providers/catalog/extend-catalog';
import { knownProviders } from '../providers/known-providers';
import { isInsecure } from '../providers/upstream/insecure-url';
import { DEFAULT_WRONG_KEYS_PER_MINUTE } from '../auth/key-attempts';
import { KEY_PATTERN } from '../auth/key-pattern';
import { DEFAULT_DATA_DIR, DEFAULT_PORT } from './local-service';
import { S3_SETTINGS, s3Problems } from './s3-settings';
import { WEBHOOK_SETTINGS } from './webhook-settings';
import { trustedProxies } from './trusted-proxies';

const MIB = 1024 * 1024;

const positive = (fallback: number) =>
  z.coerce.number({ error: 'must be a whole number above 0' }).int().positive().default(fallback);
const url = (protocols: RegExp, what: string) => z.url({ protocol: protocols, error: `must be ${what}` });

const envSchema = z.object({
  PORT: z.coerce.number({ error: 'must be a port' }).int().min(0).max(65_535).default(DEFAULT_PORT),
  HOST: z.string().min(1).default('127.0.0.1'),
  MAX_CONNECTIONS: positive(4096),
  METRICS_PORT: z.coerce.number({ error: 'must be a port above 0' }).int().min(1).max(65_535).optional(),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default(DEFAULT_DATA_DIR),
  DATABASE_URL: url(/^postgres(ql)?$/, 'a postgres:// address').optional(),
  DATABASE_POOL_SIZE: positive(10),
  ...S3_SETTINGS,
  ROLE: z.enum(['all', 'api', 'worker'], { error: 'must be all, api or worker' }).default('all'),
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(KEY_PATTERN, { error: 'must be rsk_ and 32 to 128 letters, digits, - or _' })
    .optional(),
  TRUST_PROXY: trustedProxies,
  WRONG_KEYS_PER_MINUTE: positive(DEFAULT_WRONG_KEYS_PER_MINUTE),
  BATCH_LIMIT_PER_OWNER: positive(10),
  STORED_BYTES_PER_OWNER: z.coerce.number({ error: 'must be a whole number above 0' }).int().positive().optional(),
  POLL_INTERVAL_MS: z.coerce.number({ error: 'must be a whole number above 0' }).int().positive().optional(),
  RETENTION_DAYS: z.coerce.number({ error: 'must be a whole number above 0' }).int().positive().max(36_500).optional(),
  RECONCILE_INTERVAL_MS: positive(DEFAULT_RECONCILE_MS),
  SWEEP_INTERVAL_MS: positive(DEFAULT_SWEEP_MS),
  BLOB_GRACE_MS: positive(DEFAULT_BLOB_GRACE_MS),
  MAX_BODY_BYTES: positive(DEFAULT_INGEST_LIMITS.maxBodyBytes),
  MAX_BATCH_ITEMS: positive(DEFAULT_INGEST_LIMITS.maxBatchItems),
  BODY_IDLE_TIMEOUT_MS: positive(DEFAULT_BODY_LIMITS.bodyIdleMs),
  BODY_MIN_BYTES_PER_SECOND: positive(DEFAULT_BODY_LIMITS.bodyMinBytesPerSecond),
  MAX_CONCURRENT_BODIES: positive(DEFAULT_BODY_LIMITS.maxConcurrentBodies),
  BODY_WAIT_TIMEOUT_MS: positive(DEFAULT_BODY_LIMITS.bodyWaitMs),
  MAX_CONCURRENT_CREATES: positive(DEFAULT_MAX_CONCURRENT_CREATES),
  MIN_FREE_DISK_BYTES: z.coerce
    .number({ error: 'must be a whole number, 0 or more' })
    .int()
    .min(0)
    .default(DEFAULT_MIN_FREE_DISK_BYTES),
  MAX_CONCURRENT_STREAMS: positive(DEFAULT_MAX_CONCURRENT_STREAMS),
  MAX_EVENT_STREAMS: positive(DEFAULT_MAX_EVENT_STREAMS),
  ...WEBHOOK_SETTINGS,
  INLINE_RESULTS_MAX_BYTES: positive(64 * MIB),
  UPSTREAM_TIMEOUT_MS: z.coerce.number({ error: 'must be a whole number above 0' }).int().positive().optional(),
  SANDBOX: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
  CATALOG_FILE: z.string().optional(),
  ALLOW_INSECURE_UPSTREAM: z.enum(['on', 'off'], { error: 'must be on or off' }).default('off'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { error: 'must be a level of pino' })
    .default('info'),
});

export type Env = z.infer<typeof envSchema> & {
  /** By provider id: what `<ID>_API_KEY` and `<ID>_BASE_URL` say. */
  readonly providers: Readonly<Record<string, { apiKey: string; baseUrl?: string }>>;
  /** What the file at `CATALOG_FILE` holds. */
  readonly catalog: CatalogFile | undefined;
};

/** The settings that do not hold, all of them, by name and never by value. */
export class InvalidEnvError extends Error {
  override readonly name = 'InvalidEnvError';

  constructor(readonly problems: readonly string[]) {
    super(`These settings are not right:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** Checks the environment; throws {@link InvalidEnvError} with every fault at once. An empty value counts as not set. */
export function loadEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = envSchema.safeParse(set);
  const problems = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`);
  const catalog = set.CATALOG_FILE === undefined ? undefined : loadCatalog(set.CATALOG_FILE, problems);
  const providers = loadProviders(set, catalog?.known ?? knownProviders(), problems);
  problems.push(...s3Problems(set));
  if (['api', 'worker'].includes(set.ROLE ?? '') && set.DATABASE_URL === undefined) {
    problems.push('ROLE must be all without DATABASE_URL: the embedded database takes one process');
  }
  if (!parsed.success || problems.length > 0) throw new InvalidEnvError(problems);
  return Object.freeze({ ...parsed.data, providers, catalog: catalog?.file });
}

/** The catalog file and what it makes of the built-in providers; null, and a problem, when it cannot be taken. */
function loadCatalog(path: string, problems: string[]): { file: CatalogFile; known: KnownProviders } | null {
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as CatalogFile;
    return { file, known: knownProviders(file) };
  } catch (error) {
    const faults = error instanceof InvalidCatalogError ? error.problems : ['cannot be read as JSON'];
    problems.push(...faults.map((fault) => `CATALOG_FILE ${fault}`));
    return null;
  }
}

function loadProviders(source: NodeJS.ProcessEnv, known: KnownProviders, problems: string[]): Env['providers'] {
  const base = url(/^https?$/, 'an http(s) address');
  const vendors = new Map(known.definitions.map(({ id, baseUrl }) => [id, baseUrl]));
  const entries = known.catalog.providers.flatMap(({ id }) => {
    const name = id.toUpperCase().replaceAll('-', '_');
    const [keyName, urlName] = [`${name}_API_KEY`, `${name}_BASE_URL`];
    const [apiKey, baseUrl] = [source[keyName], source[urlName]?.replace(/(?<!\/)\/+$/, '')];
    if (baseUrl !== undefined && !base.safeParse(baseUrl).success)
      problems.push(`${urlName} must be an http(s) address`);
    if (baseUrl !== undefined && apiKey === undefined) problems.push(`${keyName} is missing beside ${urlName}`);
    if (apiKey === undefined) return [];
    if (baseUrl === undefined && vendors.get(id) === null) problems.push(`${urlName} is missing beside ${keyName}`);
    if (source.ALLOW_INSECURE_UPSTREAM !== 'on' && isInsecure(baseUrl ?? vendors.get(id) ?? ''))
      problems.push(`${urlName} must be https for a host that is not loopback, unless ALLOW_INSECURE_UPSTREAM is on`);
    return [[id, { apiKey, ...(baseUrl !== undefined && { baseUrl }) }] as const];
  });
  return Object.fromEntries(entries);
}
