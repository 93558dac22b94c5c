import { existsSync } from 'node:fs';
import { toUnixSeconds } from '../../../common/clock';
import { exitCodeOf, type ShownBatch } from '../batch';
import { CallError } from '../call-errors';
import { UsageError, type ExitCode } from '../exit-code';
import { followBatch } from '../follow-batch';
import { toInputOptions, type InputFlags } from '../input/input-flags';
import { RequestSpool } from '../input/request-spool';
import { RunStateFile, type RunState } from '../run-state';
import { newIdempotencyKey, sendRequests, withLines } from '../send-requests';
import type { Session } from '../session';

/** As long as the service knows an idempotency key. */
const KEY_SECONDS = 24 * 60 * 60;

export interface RunFlags extends InputFlags {
  readonly output?: string;
  readonly force?: true;
  readonly wait?: true;
}

/** Creates a batch, follows it and writes its results; run again after an interrupt, it goes on with the same batch. */
export async function run(session: Session, input: string, flags: RunFlags): Promise<ExitCode> {
  const file = flags.output === undefined ? null : new RunStateFile(flags.output, session.random);
  const known = (await file?.read()) ?? null;
  if (known === null) refuseToReplace(flags);
  const { window, metadata } = flags;
  const fields = { completionWindow: window, metadata };
  const spool = await RequestSpool.fill(toInputOptions(input, flags), fields, session.signal);
  let id: string;
  try {
    id = await new Run(session, file, flags).idOf(spool, known);
  } finally {
    await spool.remove();
  }
  return finish(session, id, flags.output, file);
}

function refuseToReplace({ output, force }: RunFlags): void {
  if (output === undefined || force || !existsSync(output)) return;
  throw new UsageError(`${output} is there already. Add --force to replace it by the results of a new batch.`);
}

class Run {
  constructor(
    private readonly session: Session,
    private readonly file: RunStateFile | null,
    private readonly flags: RunFlags,
  ) {}

  /** The batch that the state knows, or a new one. */
  async idOf(spool: RequestSpool, known: RunState | null): Promise<string> {
    const { output, clock } = this.session;
    const now = toUnixSeconds(clock.now());
    if (known !== null) this.check(known, spool, now);
    if (known?.batch_id != null) {
      output.tell(`Going on with ${known.batch_id}, as ${this.file?.path} says.`);
      return known.batch_id;
    }
    const state = known ?? (await this.begin(spool, now));
    const { id } = await this.create(spool, state, known === null);
    await this.file?.write({ ...state, batch_id: id });
    output.tell(`Created ${id} with ${spool.count} requests.`);
    return id;
  }

  /** The state of a new run, stored before the create: one that is cut off is sent again under the same key. */
  private async begin(spool: RequestSpool, now: number): Promise<RunState> {
    const state: RunState = {
      version: 1,
      base_url: this.session.settings.baseUrl,
      request_hash: spool.hash,
      idempotency_key: newIdempotencyKey(this.session),
      created_at: now,
      batch_id: null,
    };
    await this.file?.create(state);
    try {
      // Another run may have begun and ended while this one read its input.
      refuseToReplace(this.flags);
    } catch (error) {
      await this.file?.remove();
      throw error;
    }
    return state;
  }

  private check(known: RunState, spool: RequestSpool, now: number): void {
    const path = this.file?.path;
    if (known.base_url !== this.session.settings.baseUrl) {
      throw new UsageError(`${path} is of a run at ${known.base_url}. Remove it to start anew.`);
    }
    if (known.request_hash !== spool.hash) {
      throw new UsageError(
        `${path} is of a run with other requests${known.batch_id === null ? '' : ` (${known.batch_id})`}. ` +
          'Name another output, or remove that file to start anew.',
      );
    }
    if (known.batch_id === null && now - known.created_at > KEY_SECONDS) {
      throw new UsageError(
        `It is not known whether the run of ${path} made a batch. See: meshbatch list. Remove that file to start anew.`,
      );
    }
  }

  private async create(spool: RequestSpool, { idempotency_key }: RunState, isFirst: boolean): Promise<ShownBatch> {
    const { output, signal } = this.session;
    try {
      return await sendRequests(this.session, spool, idempotency_key, this.flags.wait ?? false);
    } catch (error) {
      // What an earlier try may have made stays known.
      const madeNothing = error instanceof CallError && error.madeNothing;
      if (isFirst && !signal.aborted && madeNothing) await this.file?.remove();
      else if (this.file) output.tell('It is not known whether the batch was made. The same command finds out.');
      throw withLines(error, spool);
    }
  }
}

/** Follows the batch, and has its results where they should be before the state goes. */
async function finish(
  session: Session,
  id: string,
  path: string | undefined,
  file: RunStateFile | null,
): Promise<ExitCode> {
  const { results, output, signal } = session;
  try {
    const batch = await followBatch(session, id);
    const wanted = { id, count: batch.request_counts.total };
    if (path === undefined) await results.toStream(wanted, output.streams.stdout);
    else await results.toFile(wanted, path);
    await file?.remove();
    if (output.asJson && path !== undefined) output.json(batch);
    tellEnd(session, batch, path);
    return exitCodeOf(batch);
  } catch (error) {
    if (signal.aborted) {
      const again = file ? 'The same command follows it again' : `Follow it with: meshbatch watch ${id}`;
      output.tell(`${id} goes on. ${again}; end it with: meshbatch cancel ${id}`);
    }
    throw error;
  }
}

function tellEnd({ output }: Session, batch: ShownBatch, path: string | undefined): void {
  const { total, completed, failed } = batch.request_counts;
  const where = path === undefined ? '' : ` The results are in ${path}.`;
  output.tell(`${batch.id} is ${batch.status}: ${completed} of ${total} succeeded, ${failed} failed.${where}`);
  for (const { code, message } of batch.errors_detail ?? []) output.tell(`  ${code}: ${message}`);
}
