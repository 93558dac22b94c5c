import type { SelectQueryBuilder } from 'typeorm';
import type { BatchEntity } from './batch.entity';
import type { BatchStatus } from './batch-status';

/** Which of an owner's batches a list shows; all that is given must hold. */
export interface BatchFilter {
  /** A bound, whose batch need not exist any more: only older ones. */
  readonly after?: string;
  /** One of these. */
  readonly status?: readonly BatchStatus[];
  /** Canonical. */
  readonly model?: string;
  readonly provider?: string;
  /** Unix seconds, exclusive, compared with what `created_at` shows. */
  readonly created_after?: number;
  readonly created_before?: number;
  /** Members of the metadata, each of which is this string. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * JSON text as jsonb that says the same of other texts. jsonb has no NUL and no half of a surrogate pair, both of which a caller may use:
 * so every escape by number becomes the text of itself, and a backslash the text of its own number, lest the two be taken for each other.
 */
const comparable = (json: string) => String.raw`CAST(replace(replace(${json}, '\\', '\u005c'), '\u', '\\u') AS jsonb)`;

/** Narrows a query of batches that are called `batch`. */
export function narrow(query: SelectQueryBuilder<BatchEntity>, filter: BatchFilter): SelectQueryBuilder<BatchEntity> {
  const { after, status, model, provider, created_after: later, created_before: earlier, metadata } = filter;
  if (after !== undefined) query.andWhere('batch.id < :after', { after });
  if (status !== undefined) query.andWhere('batch.status = ANY(:status)', { status });
  if (model !== undefined) query.andWhere('batch.model = :model', { model });
  if (provider !== undefined) query.andWhere('batch.provider = :provider', { provider });
  // The whole second that `created_at` shows is none after itself.
  if (later !== undefined) query.andWhere('batch.created_at >= :later', { later: new Date((later + 1) * 1000) });
  if (earlier !== undefined) query.andWhere('batch.created_at < :earlier', { earlier: new Date(earlier * 1000) });
  if (metadata !== undefined) {
    const holds = `${comparable('batch.metadata')} @> ${comparable('CAST(:metadata AS text)')}`;
    query.andWhere(holds, { metadata: JSON.stringify(metadata) });
  }
  return query;
}
