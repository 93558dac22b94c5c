import type { BatchStatus } from '../batches/batch-status';
import type { BatchProgressFacts } from '../batches/batches.store';
import { toUnixSeconds } from '../common/clock';
import type { ReachedStatus } from './batch-history';

/** The data of every event: a batch as it stands. */
interface BatchEventData {
  readonly id: string;
  readonly status: BatchStatus;
  /** Unix seconds: when the batch came to the status, or when the counts were read. */
  readonly at: number;
  readonly request_counts: { readonly total: number; readonly completed: number; readonly failed: number };
}

/** Tells a client to wait two seconds before it comes back. */
export const RETRY = 'retry: 2000\n\n';

/** A comment, by which clients and proxies see that the connection lives. */
export const HEARTBEAT = ':\n\n';

/** An event of the format of server-sent events, with the id from which a client goes on. */
export function statusEvent(batch: BatchProgressFacts, { id, status, at }: ReachedStatus): string {
  return `id: ${id}\n${dataLine(batch, status, at.getTime())}`;
}

/** An event without an id: it says what is now, and is not told again. */
export function countsEvent(batch: BatchProgressFacts, now: number): string {
  return dataLine(batch, batch.status, now);
}

function dataLine({ id, total, completed, failed }: BatchProgressFacts, status: BatchStatus, at: number): string {
  const data: BatchEventData = { id, status, at: toUnixSeconds(at), request_counts: { total, completed, failed } };
  return `data: ${JSON.stringify(data)}\n\n`;
}
