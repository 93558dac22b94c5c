import type { MigrationInterface, QueryRunner } from 'typeorm';
import { namesIn, type MigrationNames } from '../own-data-source';

/** Owners, keys, batches, parts, files. Ids are ours, so no extension is needed. */
export class InitialSchema1764000000000 implements MigrationInterface {
  readonly name = 'InitialSchema1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    const names = namesIn(runner);
    for (const statement of [OWNERS, API_KEYS, BATCHES, PARTS, FILES, ...INDEXES]) await runner.query(statement(names));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['files', 'parts', 'batches', 'api_keys', 'owners']) {
      await runner.query(`DROP TABLE ${namesIn(runner).table(table)}`);
    }
  }
}

const OWNERS = ({ table }: MigrationNames) => `CREATE TABLE ${table('owners')} (
  id text PRIMARY KEY,
  name text UNIQUE,
  batch_limit integer,
  created_at timestamptz NOT NULL
)`;

const API_KEYS = ({ table }: MigrationNames) => `CREATE TABLE ${table('api_keys')} (
  id text PRIMARY KEY,
  owner_id text NOT NULL REFERENCES ${table('owners')} (id),
  hash text NOT NULL UNIQUE,
  visible_prefix text NOT NULL,
  status text NOT NULL,
  scopes jsonb NOT NULL,
  expires_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz NOT NULL
)`;

const BATCHES = ({ table }: MigrationNames) => `CREATE TABLE ${table('batches')} (
  id text PRIMARY KEY,
  owner_id text NOT NULL REFERENCES ${table('owners')} (id),
  status text NOT NULL,
  endpoint text NOT NULL,
  model text NOT NULL,
  provider text NOT NULL,
  upstream_model text NOT NULL,
  completion_window text NOT NULL,
  metadata text,
  input_file_id text NOT NULL,
  output_file_id text,
  error_file_id text,
  total integer NOT NULL,
  completed integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  usage jsonb,
  errors jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  deadline_passed_at timestamptz,
  in_progress_at timestamptz,
  finalizing_at timestamptz,
  completed_at timestamptz,
  failed_at timestamptz,
  expired_at timestamptz,
  cancelling_at timestamptz,
  cancelled_at timestamptz
)`;

const PARTS = ({ table }: MigrationNames) => `CREATE TABLE ${table('parts')} (
  id text PRIMARY KEY,
  batch_id text NOT NULL REFERENCES ${table('batches')} (id) ON DELETE CASCADE,
  ordinal integer NOT NULL,
  provider text NOT NULL,
  first_item integer NOT NULL,
  item_count integer NOT NULL,
  input_offset bigint NOT NULL,
  input_bytes bigint NOT NULL,
  state text NOT NULL,
  stop_reason text,
  due_at timestamptz NOT NULL,
  failures integer NOT NULL DEFAULT 0,
  lease_holder text,
  lease_expires_at timestamptz,
  fence integer NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  attempt_token text,
  attempt_begun_at timestamptz,
  staged_at timestamptz,
  input_id text,
  create_sent_at timestamptz,
  lookups integer NOT NULL DEFAULT 0,
  withdrawn_at timestamptz,
  remote_id text,
  remote_state text,
  remote_counts jsonb,
  cancel_sent_at timestamptz,
  agreeing_reads integer NOT NULL DEFAULT 0,
  rows_read integer,
  failed_whole boolean NOT NULL DEFAULT false,
  errors jsonb NOT NULL DEFAULT '[]',
  results jsonb,
  usage jsonb,
  succeeded integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  not_run integer NOT NULL DEFAULT 0,
  UNIQUE (batch_id, ordinal)
)`;

const FILES = ({ table }: MigrationNames) => `CREATE TABLE ${table('files')} (
  id text PRIMARY KEY,
  owner_id text NOT NULL REFERENCES ${table('owners')} (id),
  batch_id text NOT NULL REFERENCES ${table('batches')} (id) ON DELETE CASCADE,
  purpose text NOT NULL,
  filename text NOT NULL,
  bytes bigint NOT NULL,
  segments jsonb NOT NULL,
  created_at timestamptz NOT NULL
)`;

const INDEXES = [
  ({ table, index }: MigrationNames) =>
    `CREATE INDEX ${index('batches_by_owner')} ON ${table('batches')} (owner_id, id DESC)`,
  ({ table, index }: MigrationNames) => `CREATE INDEX ${index('batches_active')} ON ${table('batches')} (owner_id)
     WHERE status NOT IN ('completed', 'failed', 'cancelled', 'expired')`,
  ({ table, index }: MigrationNames) => `CREATE INDEX ${index('batches_deadline')} ON ${table('batches')} (expires_at)
     WHERE status NOT IN ('completed', 'failed', 'cancelled', 'expired') AND deadline_passed_at IS NULL`,
  ({ table, index }: MigrationNames) =>
    `CREATE INDEX ${index('parts_due')} ON ${table('parts')} (due_at) WHERE state <> 'ended'`,
  ({ table, index }: MigrationNames) => `CREATE INDEX ${index('files_by_batch')} ON ${table('files')} (batch_id)`,
];
