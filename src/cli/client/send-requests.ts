import type { ShownBatch } from './batch';
import { CallError, RefusedError } from './call-errors';
import { CommandError } from './exit-code';
import { exitCodeOfRefusal, explainRefusal } from './explain-error';
import type { RequestSpool } from './input/request-spool';
import type { Session } from './session';

const PLACE_MS = 15_000;

/** A name under which the service makes one batch. */
export function newIdempotencyKey({ random }: Pick<Session, 'random'>): string {
  return `meshbatch-cli-${random.bytes(16).toString('hex')}`;
}

/**
 * Creates the batch; with `waits` it waits for a free place when as many are active as may be.
 * @throws RefusedError, UnreachableError
 */
export async function sendRequests(
  { api, clock, output, signal }: Session,
  spool: RequestSpool,
  idempotencyKey: string,
  waits: boolean,
): Promise<ShownBatch> {
  let [isTold, last]: [boolean, CallError | null] = [false, null];
  for (;;) {
    try {
      return await api.create(spool, idempotencyKey);
    } catch (error) {
      if (error instanceof CallError) last = error.after(last);
      if (!waits || !(error instanceof RefusedError) || error.code !== 'batch_limit_exceeded') throw error;
      if (!isTold) output.tell('As many batches are active as may be; waiting for a free place.');
      isTold = true;
    }
    await clock.sleep(PLACE_MS, signal);
    signal.throwIfAborted();
  }
}

/** A refusal with the lines of the input that it is about; any other error as it is. */
export function withLines(error: unknown, spool: RequestSpool): unknown {
  if (!(error instanceof RefusedError)) return error;
  return new CommandError(
    explainRefusal(error, (index) => spool.lineOf(index)),
    exitCodeOfRefusal(error),
  );
}
