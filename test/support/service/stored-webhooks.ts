import { Client } from 'pg';
import { ulid } from 'ulid';
import type { BatchBody } from './api-client';
import type { TestService } from './test-service';

const ENDPOINT = `INSERT INTO meshbatch_webhook_endpoints (id, owner_id, url, events, secret, created_at)
  SELECT $1, owner_id, 'https://127.0.0.1/', '["batch.failed"]', 'v1.sealed', now() FROM meshbatch_batches WHERE id = $2`;
const DELIVERY = `INSERT INTO meshbatch_webhook_deliveries
  (id, endpoint_id, owner_id, batch_id, type, payload, status, due_at, created_at)
  SELECT $1, endpoint.id, owner_id, $3, 'batch.failed', '{}', 'failed', now(), now()
  FROM meshbatch_webhook_endpoints AS endpoint WHERE endpoint.id = $2`;

/** What the server database has of the secrets of a webhook, the present one first. */
export async function storedSecrets({ databaseUrl }: TestService, id: string): Promise<string[]> {
  const client = new Client(databaseUrl ?? '');
  await client.connect();
  try {
    const select = 'SELECT secret, previous_secret FROM meshbatch_webhook_endpoints WHERE id = $1';
    const { rows } = await client.query<{ secret: string; previous_secret: string }>(select, [id]);
    return rows.flatMap(({ secret, previous_secret }) => [secret, previous_secret]);
  } finally {
    await client.end();
  }
}

/**
 * Writes an endpoint of a batch's owner, and one delivery, straight into the server database. Nothing is ever sent there, since no key
 * opens its secret. By the names of the path parameters.
 */
export async function storeWebhook({ databaseUrl }: TestService, { id }: Pick<BatchBody, 'id'>) {
  const [webhook, delivery] = [`whk_${ulid()}`, `delivery_${ulid()}`];
  const client = new Client(databaseUrl ?? '');
  await client.connect();
  try {
    await client.query(ENDPOINT, [webhook, id]);
    await client.query(DELIVERY, [delivery, webhook, id]);
    return { webhook_id: [webhook], delivery_id: [delivery] };
  } finally {
    await client.end();
  }
}
