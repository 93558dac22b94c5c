import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { StoredFileEntity } from '../files/stored-file.entity';
import { Database } from '../persistence/database';
import { BatchEntity } from './batch.entity';
import { IS_ACTIVE } from './batch-status';
import { PartEntity } from './part.entity';
import { STEP_STATES, type PartState } from './part-state';

interface Tables {
  readonly parts: string;
  readonly batches: string;
  readonly files: string;
}

/** Spelled as the indexes of parts that have not ended spell it: those that have are many. */
const NOT_RUNNING = `state NOT IN ('ended', 'running')`;
const RUNNING = `state = 'running'`;

const selectOverdue = (
  { parts }: Tables,
  states: string,
) => `(SELECT id, batch_id, provider, state, due_at FROM ${parts}
  WHERE ${states} AND due_at <= $1 AND (lease_expires_at IS NULL OR lease_expires_at <= $1)
    AND (state <> 'needs_operator' OR stop_reason IS NOT NULL)
  ORDER BY due_at LIMIT $2)`;
const selectOverdueSteps = (tables: Tables) =>
  STEP_STATES.map((state) => selectOverdue(tables, `${NOT_RUNNING} AND state = '${state}'`)).join(' UNION ALL ');

const selectParked = ({ parts }: Tables) => `SELECT id, batch_id, provider, create_sent_at FROM ${parts}
  WHERE ${NOT_RUNNING} AND state = 'needs_operator' AND stop_reason IS NULL ORDER BY create_sent_at LIMIT $1`;

const selectUnread = ({ parts }: Tables) => `SELECT id, batch_id, provider, failures FROM ${parts}
  WHERE ${NOT_RUNNING} AND state = 'collecting' AND remote_id IS NOT NULL AND failures >= $1 ORDER BY id LIMIT $2`;

const countByProvider = ({ parts }: Tables) => `SELECT provider, count(*)::int AS parts FROM (
    SELECT provider FROM ${parts} WHERE ${RUNNING} UNION ALL SELECT provider FROM ${parts} WHERE ${NOT_RUNNING}) open
  GROUP BY provider ORDER BY provider`;

const selectUnsettled = ({ parts, batches }: Tables) => `SELECT id FROM ${batches} b WHERE ${IS_ACTIVE}
  AND NOT EXISTS (SELECT FROM ${parts} p WHERE p.batch_id = b.id AND p.state <> 'ended' OFFSET 0) ORDER BY id LIMIT $1`;

const selectPastDeadline = ({ parts, batches }: Tables) => `SELECT id FROM ${batches} b
  WHERE ${IS_ACTIVE} AND deadline_passed_at <= $1 AND (deadline_passed_at <= $2 OR NOT EXISTS (
    SELECT FROM ${parts} p WHERE p.batch_id = b.id AND p.${RUNNING} AND p.provider = ANY($3)
      AND (remote_counts->>'succeeded')::numeric + (remote_counts->>'failed')::numeric > 0))
  ORDER BY deadline_passed_at LIMIT $4`;

/** The blobs that the rows of these batches name, and those of uploaded files that they read. */
const selectKeys = ({ files, parts, batches }: Tables) => `
  SELECT segment->>'key' AS key FROM ${files}, jsonb_array_elements(segments) segment WHERE batch_id = ANY($1)
  UNION SELECT segment->>'indexKey' FROM ${files}, jsonb_array_elements(segments) segment WHERE batch_id = ANY($1)
  UNION SELECT segment->>'key' FROM ${batches} b JOIN ${files} f ON f.id = b.input_file_id, jsonb_array_elements(segments) segment
    WHERE b.id = ANY($1)
  UNION SELECT results->>'key' FROM ${parts} WHERE batch_id = ANY($1)
  UNION SELECT results->>'indexKey' FROM ${parts} WHERE batch_id = ANY($1)
  UNION SELECT origin_key FROM ${batches} WHERE id = ANY($1)`;

const selectFileKeys = ({ files }: Tables) =>
  `SELECT segment->>'key' AS key FROM ${files}, jsonb_array_elements(segments) segment WHERE id = ANY($1)`;

const selectActive = ({ batches }: Tables) =>
  `SELECT id FROM ${batches} WHERE ${IS_ACTIVE} AND id > $1 ORDER BY id LIMIT $2`;

export interface OverduePart {
  readonly id: string;
  readonly batch_id: string;
  readonly provider: string;
  readonly state: PartState;
  readonly due_at: Date;
}

/** How long after their deadline batches are late, in ms: the longer time where a job runs of which some ran, at these providers. */
interface Lateness {
  readonly afterMs: number;
  readonly patientMs: number;
  readonly patientWith: readonly string[];
}

interface ParkedPart {
  readonly id: string;
  readonly batch_id: string;
  readonly provider: string;
  readonly create_sent_at: Date;
}

interface UnreadPart {
  readonly id: string;
  readonly batch_id: string;
  readonly provider: string;
  readonly failures: number;
}

/** Questions about rows that find nothing as long as all is well. */
@Injectable()
export class AuditStore {
  private readonly tables: Tables;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    const [parts, batches] = [database.tableOf(PartEntity), database.tableOf(BatchEntity)];
    this.tables = { parts, batches, files: database.tableOf(StoredFileEntity) };
  }

  /** Parts that wanted a step longer than `ms` ago, other than a poll, and that nobody has a lease on; of each state at most `limit`. */
  overdueParts(ms: number, limit: number): Promise<OverduePart[]> {
    return this.database.manager.query(selectOverdueSteps(this.tables), [this.ago(ms), limit]);
  }

  /** Parts that wanted a poll longer than `ms` ago, and that nobody has a lease on. */
  overduePolls(ms: number, limit: number): Promise<OverduePart[]> {
    return this.database.manager.query(selectOverdue(this.tables, RUNNING), [this.ago(ms), limit]);
  }

  parkedParts(limit: number): Promise<ParkedPart[]> {
    return this.database.manager.query(selectParked(this.tables), [limit]);
  }

  /** Parts whose results could not be read so many times in a row. */
  unreadParts(failures: number, limit: number): Promise<UnreadPart[]> {
    return this.database.manager.query(selectUnread(this.tables), [failures, limit]);
  }

  /** The providers of parts that have not ended, and how many each has. */
  providersInUse(): Promise<{ provider: string; parts: number }[]> {
    return this.database.manager.query(countByProvider(this.tables));
  }

  /** Ids of batches that have not ended though all their parts have. */
  unsettledBatches(limit: number): Promise<string[]> {
    return this.idsOf(selectUnsettled(this.tables), [limit]);
  }

  /** Ids of batches that have not ended so long after their deadline was noted. */
  lateBatches({ afterMs, patientMs, patientWith }: Lateness, limit: number): Promise<string[]> {
    const parameters = [this.ago(afterMs), this.ago(patientMs), patientWith, limit];
    return this.idsOf(selectPastDeadline(this.tables), parameters);
  }

  /** Ids of batches that have not ended, after `after` in the order of ids. */
  activeBatches(after: string, limit: number): Promise<string[]> {
    return this.idsOf(selectActive(this.tables), [after, limit]);
  }

  /** The keys of all blobs that these batches' rows name. */
  async blobKeys(batchIds: readonly string[]): Promise<Set<string>> {
    return this.keysOf(selectKeys(this.tables), batchIds);
  }

  /** The keys of all blobs that the rows of these files name. */
  async fileKeys(fileIds: readonly string[]): Promise<Set<string>> {
    return this.keysOf(selectFileKeys(this.tables), fileIds);
  }

  private async keysOf(sql: string, ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.database.manager.query<{ key: string | null }[]>(sql, [ids]);
    return new Set(rows.flatMap(({ key }) => key ?? []));
  }

  private async idsOf(sql: string, parameters: readonly unknown[]): Promise<string[]> {
    return (await this.database.manager.query<{ id: string }[]>(sql, [...parameters])).map(({ id }) => id);
  }

  private ago(ms: number): Date {
    return new Date(this.clock.now() - ms);
  }
}
