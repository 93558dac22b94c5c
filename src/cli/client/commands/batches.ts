import { BATCH_STATUSES, isTerminal, type BatchStatus } from '../../../batches/batch-status';
import { exitCodeOf, hasEnded, type ShownBatch } from '../batch';
import { ExitCode } from '../exit-code';
import { followBatch } from '../follow-batch';
import { toInputOptions, type InputFlags } from '../input/input-flags';
import { RequestSpool } from '../input/request-spool';
import { toIso } from '../output';
import { newIdempotencyKey, sendRequests, withLines } from '../send-requests';
import type { Session } from '../session';

/** The most that the service lists at once. */
const PAGE = 100;

export interface CreateFlags extends InputFlags {
  readonly wait?: true;
}

/** Creates a batch and prints its id. */
export async function create(session: Session, input: string, flags: CreateFlags): Promise<ExitCode> {
  const { output, signal } = session;
  const fields = { completionWindow: flags.window, metadata: flags.metadata };
  const spool = await RequestSpool.fill(toInputOptions(input, flags), fields, signal);
  try {
    const batch = await sendRequests(session, spool, newIdempotencyKey(session), flags.wait ?? false);
    if (output.asJson) output.json(batch);
    else output.table(['ID'], [[batch.id]]);
  } catch (error) {
    throw withLines(error, spool);
  } finally {
    await spool.remove();
  }
  return ExitCode.succeeded;
}

/** Follows a batch to its end. */
export async function watch(session: Session, id: string): Promise<ExitCode> {
  const { output } = session;
  const batch = await followBatch(session, id, (changed) => {
    if (output.asJson) output.json(changed);
  });
  if (!output.asJson) output.batch(batch);
  return exitCodeOf(batch);
}

export async function get({ api, output }: Session, id: string): Promise<ExitCode> {
  output.batch(await api.get(id));
  return ExitCode.succeeded;
}

export async function cancel({ api, output }: Session, id: string): Promise<ExitCode> {
  output.batch(await api.cancel(id));
  return ExitCode.succeeded;
}

/** Sends what failed of a batch again. */
export async function retry(session: Pick<Session, 'api' | 'output' | 'random'>, id: string): Promise<ExitCode> {
  session.output.batch(await session.api.retry(id, newIdempotencyKey(session)));
  return ExitCode.succeeded;
}

export interface ListFlags {
  readonly limit: number;
  readonly after?: string;
  readonly status?: readonly BatchStatus[];
  readonly active?: true;
}

/** Lists batches, newest first. */
export async function list({ api, output }: Session, flags: ListFlags): Promise<ExitCode> {
  const statuses = flags.active ? BATCH_STATUSES.filter((status) => !isTerminal(status)) : flags.status;
  const found: ShownBatch[] = [];
  for (let after = flags.after; ;) {
    const page = await api.list({ limit: PAGE, after, statuses });
    // Once more, for a service that lists all.
    found.push(...page.data.filter(({ status }) => statuses?.includes(status) ?? true));
    if (found.length >= flags.limit || !page.has_more || page.last_id === null) break;
    after = page.last_id;
  }
  const listed = found.slice(0, flags.limit);
  if (output.asJson) for (const batch of listed) output.json(batch);
  else output.table(['ID', 'STATUS', 'MODEL', 'REQUESTS', 'SUCCEEDED', 'FAILED', 'CREATED'], listed.map(rowOf));
  return ExitCode.succeeded;
}

function rowOf({ id, status, model, created_at, request_counts: counts }: ShownBatch): string[] {
  return [id, status, model, ...[counts.total, counts.completed, counts.failed].map(String), toIso(created_at)];
}

export interface ResultsFlags {
  readonly output?: string;
  readonly status?: 'succeeded' | 'failed';
}

/** Writes the results that are there. */
export async function results(
  { api, output, results: reader }: Session,
  id: string,
  flags: ResultsFlags,
): Promise<ExitCode> {
  const batch = await api.get(id);
  if (!hasEnded(batch)) output.tell(`${id} is ${batch.status}: only results of parts that have ended are there.`);
  const { total, completed, failed } = batch.request_counts;
  const counts = { all: total, succeeded: completed, failed };
  const wanted = { id, status: flags.status, count: hasEnded(batch) ? counts[flags.status ?? 'all'] : null };
  if (flags.output === undefined) await reader.toStream(wanted, output.streams.stdout);
  else await reader.toFile(wanted, flags.output);
  return ExitCode.succeeded;
}

export async function models({ api, output }: Session): Promise<ExitCode> {
  const listed = await api.models();
  if (output.asJson) for (const model of listed) output.json(model);
  else
    output.table(
      ['MODEL', 'PROVIDER', 'BATCHES'],
      listed.map((one) => [one.id, one.provider, one.supports_batching ? 'yes' : 'no']),
    );
  return ExitCode.succeeded;
}
