import { z } from 'zod';
import { ENDPOINTS, type RemoteState } from '../../contract/adapter';
import { OPENAI_SHAPE, type OpenAiProfile } from './profile';

const STATES = [
  'validating',
  'in_progress',
  'finalizing',
  'cancelling',
  'completed',
  'failed',
  'expired',
  'cancelled',
] as const satisfies readonly RemoteState[];

const path = z.string().regex(/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/, 'a path such as /v1/chat/completions');
const word = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'one word of letters, digits, - and _');
const count = z.int().min(1);

const baseUrl = z
  .string()
  .refine(isPlainUrl, 'an http or https URL without a user, a query and a fragment')
  .transform((text) => text.replace(/(?<!\/)\/+$/, ''));

/** `scheme` is the word before the key; null sends the key alone. */
const auth = z.strictObject({ header: word.toLowerCase(), scheme: word.nullable().default(null) });

/** Sizes in bytes. */
const limits = z.strictObject({
  maxItems: count,
  maxBytes: count,
  maxLineBytes: count.optional(),
  minItems: count.default(1),
});

const upload = z.strictObject({
  path: path.default('/files'),
  purpose: word.default('batch'),
  nameField: word.nullable().default(null),
  expiresAfterSeconds: count.nullable().default(null),
  awaitProcessed: z.boolean().default(false),
  envelope: word.nullable().default(null),
});

const create = z.strictObject({
  metadata: z.boolean().default(true),
  envelope: word.nullable().default(null),
  idempotencyHeader: word.toLowerCase().nullable().default(null),
});

const endpoint = z.strictObject({ create: path.optional(), line: path.optional() });

/** How an operator describes a server that has OpenAI's Files and Batches APIs. What is not known is refused. */
export const genericProfileSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'lower case, beginning with a letter: it is the prefix of the models'),
  baseUrl,
  auth: auth.default(OPENAI_SHAPE.auth),
  /** By our name of each endpoint, how the server spells it where it does so in its own way. */
  endpoints: z.partialRecord(z.enum(ENDPOINTS), endpoint).refine((all) => Object.keys(all).length > 0, 'at least one'),
  limits,
  /** Completion windows beside `24h`. */
  windows: z.array(z.string().regex(/^[1-9]\d*[hd]$/, 'a window such as 48h or 7d')).default([]),
  pollIntervalMs: z.int().min(1000).default(60_000),
  /** How long after a create a 404 still means "not visible yet". */
  notFoundGraceMs: z.int().min(0).default(120_000),
  upload: upload.prefault({}),
  create: create.prefault({}),
  /** Whether a download is answered with a redirect to another place; it is followed without the key. */
  contentRedirects: z.boolean().default(false),
  paging: z.enum(['after', 'cursor', 'none']).default('after'),
  /** The server's own words for states. */
  statusWords: z.record(z.string().toLowerCase(), z.enum(STATES)).default({}),
  /** Top-level fields of a body that the server does not take. */
  refusedFields: z.array(z.string().min(1)).default([]),
  /** What the server calls the first line in the reasons of a failed batch; null: it does not count them reliably. */
  lineBase: z
    .union([z.literal(0), z.literal(1)])
    .nullable()
    .default(null),
});

/**
 * The profile that an operator's description, parsed from JSON, stands for.
 * @throws z.ZodError naming every field that is wrong
 */
export function genericProfile(description: unknown): OpenAiProfile {
  return profileOf(genericProfileSchema.parse(description));
}

/** The profile of a description that was checked. */
export function profileOf(given: z.output<typeof genericProfileSchema>): OpenAiProfile {
  const { id, windows: extraWindows, pollIntervalMs, notFoundGraceMs, paging, statusWords, refusedFields } = given;
  return {
    id,
    baseUrl: given.baseUrl,
    unverified: true,
    notes: OPENAI_SHAPE.notes,
    auth: given.auth,
    headers: {},
    endpoints: endpointsOf(given.endpoints),
    limits: {
      ...given.limits,
      maxLineBytes: given.limits.maxLineBytes ?? given.limits.maxBytes,
      extraWindows,
      pollIntervalMs,
      notFoundGraceMs,
    },
    upload: given.upload,
    create: given.create,
    contentRedirects: given.contentRedirects,
    paging,
    newestFirst: false,
    statusWords,
    refusedFields,
    lineBase: given.lineBase,
    traces: OPENAI_SHAPE.traces,
  };
}

function endpointsOf(given: z.infer<typeof genericProfileSchema>['endpoints']): OpenAiProfile['endpoints'] {
  const named = ENDPOINTS.flatMap((name) => {
    const { create = name, line = name } = given[name] ?? {};
    return given[name] === undefined ? [] : [[name, { create, line }] as const];
  });
  return Object.fromEntries(named);
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}
