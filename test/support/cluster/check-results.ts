import type { ApiClient, BatchBody, ResultEntry } from '../service/api-client';
import type { AcceptedBatch, SentItem } from './accepted-batch';
import type { Violation } from './violation';

const TERMINAL = ['completed', 'failed', 'cancelled', 'expired'];
/** Codes of items that never ran. */
const NOT_RUN = ['batch_cancelled', 'batch_expired'];
/** Of items of which nobody could tell when their batch was ended. */
const UNCONFIRMED = 'submission_unconfirmed';

/** What is known, beside what was sent, of a batch whose results are checked. */
export interface ResultsContext {
  /** The places in the batch of the items that ran at the vendor. */
  readonly ran: ReadonlySet<number>;
  /** Codes that whole jobs were made to fail with. */
  readonly jobFailures: readonly string[];
}

/** What the API says of an accepted batch that has come to its end: one outcome an item, joined to its own, and counts that add up. */
export async function checkResults(
  api: ApiClient,
  accepted: AcceptedBatch,
  context: ResultsContext,
): Promise<Violation[]> {
  const batch = await api.get(accepted.id);
  const found: Violation[] = [];
  const violated = (kind: string, detail: string) => found.push({ kind, subject: accepted.id, detail });
  if (!TERMINAL.includes(batch.status)) {
    violated('not ended', `it is ${batch.status}`);
    return found;
  }
  const results = batch.results ?? (await inErrorFile(api, batch));
  const [sent, told] = [accepted.items.map(({ customId }) => customId), results.map((entry) => entry.custom_id)];
  if (sent.length !== told.length) violated('outcomes', `${told.length} entries of ${sent.length} items`);
  else if (JSON.stringify(sent) !== JSON.stringify(told)) violated('order of outcomes', difference(sent, told));
  for (const [index, item] of accepted.items.entries()) {
    const entry = results[index];
    const kind = entry && faultOf(item, entry, { status: batch.status, didRun: context.ran.has(index), ...context });
    if (kind) violated(kind, `${item.text}, ${batch.status}: ${JSON.stringify(entry)}`);
  }
  for (const detail of wrongCounts(batch, results)) violated('counts', detail);
  if (['output_file_id', 'error_file_id'].every((file) => batch[file] === null)) violated('files', 'it has none');
  return found;
}

/** A batch that failed before items could be told apart has its entries there alone. */
async function inErrorFile(api: ApiClient, { error_file_id: id }: BatchBody): Promise<ResultEntry[]> {
  const text = id === null ? '' : await api.content(id);
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as ResultEntry]));
}

interface Circumstances {
  readonly status: string;
  readonly didRun: boolean;
  readonly jobFailures: readonly string[];
}

function faultOf(item: SentItem, entry: ResultEntry, known: Circumstances): string | null {
  if (entry.response === null) return faultOfError(item, entry.error?.code ?? 'none', known);
  const succeeded = entry.response.status_code < 300;
  if (succeeded === item.fails) return 'wrong outcome';
  return succeeded && !JSON.stringify(entry.response.body).includes(item.text) ? 'mis-joined' : null;
}

function faultOfError(item: SentItem, code: string, { status, didRun, jobFailures }: Circumstances): string | null {
  if (code === UNCONFIRMED) return status === 'completed' ? 'lost' : null;
  if (NOT_RUN.includes(code)) return didRun ? 'paid for and lost' : status === 'completed' ? 'lost' : null;
  if (jobFailures.includes(code)) return didRun ? 'paid for and lost' : null;
  // An error of the vendor's is told without a response where the vendor has no status for it.
  return item.fails && code !== 'missing_result' ? null : 'lost';
}

function wrongCounts({ request_counts: counts }: BatchBody, results: readonly ResultEntry[]): string[] {
  const succeeded = results.filter(({ response }) => response !== null && response.status_code < 300).length;
  const right = { total: results.length, completed: succeeded, failed: results.length - succeeded };
  const keys = ['total', 'completed', 'failed'] as const;
  return keys.flatMap((key) => (counts[key] === right[key] ? [] : [`${key} is ${counts[key]} and not ${right[key]}`]));
}

function difference(sent: readonly string[], told: readonly string[]): string {
  const at = sent.findIndex((id, index) => id !== told[index]);
  return `at ${at}: ${told[at]} and not ${sent[at]}`;
}
