import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn, type MigrationNames } from '../own-data-source';

/** Owners are not referenced: those of a host have no row of ours before their first batch. */
const ENDPOINTS = ({ table }: MigrationNames) => `CREATE TABLE ${table('webhook_endpoints')} (
  id text PRIMARY KEY,
  owner_id text NOT NULL,
  url text NOT NULL,
  events jsonb NOT NULL,
  description text,
  secret text NOT NULL,
  previous_secret text,
  previous_secret_until timestamptz,
  disabled_reason text,
  created_at timestamptz NOT NULL
)`;

const DELIVERIES = ({ table }: MigrationNames) => `CREATE TABLE ${table('webhook_deliveries')} (
  id text PRIMARY KEY,
  endpoint_id text NOT NULL REFERENCES ${table('webhook_endpoints')} (id) ON DELETE CASCADE,
  owner_id text NOT NULL,
  batch_id text REFERENCES ${table('batches')} (id) ON DELETE CASCADE,
  type text NOT NULL,
  payload text NOT NULL,
  status text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  failures integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  lease_expires_at timestamptz,
  last_status_code integer,
  last_error text,
  created_at timestamptz NOT NULL,
  delivered_at timestamptz
)`;

const INDEXES = [
  ({ table, index }: MigrationNames) =>
    `CREATE INDEX ${index('webhook_endpoints_by_owner')} ON ${table('webhook_endpoints')} (owner_id, id DESC)`,
  ({ table, index }: MigrationNames) => `CREATE INDEX ${index('webhook_deliveries_due')}
    ON ${table('webhook_deliveries')} (due_at) WHERE status = 'pending'`,
  ({ table, index }: MigrationNames) => `CREATE INDEX ${index('webhook_deliveries_by_endpoint')}
    ON ${table('webhook_deliveries')} (endpoint_id, id DESC)`,
  ({ table, index }: MigrationNames) =>
    `CREATE INDEX ${index('webhook_deliveries_by_batch')} ON ${table('webhook_deliveries')} (batch_id)`,
  ({ table, index }: MigrationNames) =>
    `CREATE INDEX ${index('webhook_deliveries_by_age')} ON ${table('webhook_deliveries')} (created_at)`,
];

/** Where owners want to hear of their batches, and what is to be told there, has been, or could not be. */
export class Webhooks1764550000000 implements MigrationInterface {
  readonly name = 'Webhooks1764550000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [ENDPOINTS, DELIVERIES, ...INDEXES]) await runner.query(statement(namesIn(runner)));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['webhook_deliveries', 'webhook_endpoints'])
      await runner.query(`DROP TABLE ${namesIn(runner).table(name)}`);
  }
}
