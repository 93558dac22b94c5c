import { z } from 'zod';
import { isSecretsKey } from '../common/secret-box';
import { parseNetwork } from '../webhooks/target-addresses';
import { DEFAULT_WEBHOOK_RETRY_MS, DEFAULT_WEBHOOK_TIMEOUT_MS } from '../webhooks/webhooks.options';

/** Above it, waiting would be no longer what a timer can do: 2^31 - 1 milliseconds, 24 days. */
const LONGEST_MS = 2_147_483_647;

const list = z.string().transform((text) => text.split(',').map((entry) => entry.trim()));

/** What webhooks are kept under, may go to, and how patient they are; lists are separated by commas. */
export const WEBHOOK_SETTINGS = {
  SECRETS_KEY: list
    .refine((keys) => keys.every(isSecretsKey), { error: 'must be 32 random bytes as base64, or several such keys' })
    .optional(),
  WEBHOOK_ALLOWED_NETWORKS: list
    .refine((networks) => networks.every(isNetwork), { error: 'must be networks such as 10.0.0.0/8 or fd00::/8' })
    .default([]),
  WEBHOOK_TIMEOUT_MS: z.coerce
    .number({ error: 'must be a whole number above 0' })
    .int()
    .positive()
    .max(600_000)
    .default(DEFAULT_WEBHOOK_TIMEOUT_MS),
  WEBHOOK_RETRY_MS: list
    .transform((delays) => delays.map((text) => (/^\d+$/.test(text) ? Number(text) : Number.NaN)))
    .refine((delays) => delays.every((delay) => delay > 0 && delay <= LONGEST_MS), {
      error: 'must be milliseconds above 0, one for each retry',
    })
    .default([...DEFAULT_WEBHOOK_RETRY_MS]),
};

function isNetwork(text: string): boolean {
  try {
    parseNetwork(text);
    return true;
  } catch {
    return false;
  }
}
