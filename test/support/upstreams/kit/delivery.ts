import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultKind, Truncation } from './faults';
import { newId } from './ids';
import type { Answer } from './types';

/** The answer that a fault, already in the vendor's words, gives in place of the work, if it does. */
export function answerInstead(fault: FaultKind | undefined): Answer | undefined {
  if (typeof fault !== 'object' || !('status' in fault)) return undefined;
  const { status, retryAfter, location, body = {} } = fault;
  const headers = {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(location === undefined ? {} : { location }),
    ...(typeof body === 'string' ? { 'content-type': 'text/html' } : {}),
  };
  return { status, headers, body: typeof body === 'string' ? Buffer.from(body) : body };
}

/** Sends the answer the way the fault wants it. */
export async function deliver(res: ServerResponse, answer: Answer, fault?: FaultKind): Promise<void> {
  if (fault === 'hang_after') return;
  if (fault === 'reset_after') {
    res.socket?.resetAndDestroy();
    return;
  }
  if (typeof fault === 'object' && 'delay_then' in fault) {
    // A pending delay must not keep a stopped simulator's process alive.
    await sleep(fault.delay_then, undefined, { ref: false });
  }
  const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(JSON.stringify(answer.body));
  res.statusCode = answer.status;
  res.setHeader('content-type', 'application/json');
  res.setHeader('x-request-id', newId('req_', 32));
  for (const [name, value] of Object.entries(answer.headers ?? {})) res.setHeader(name, value);
  if (typeof fault === 'object' && 'truncate' in fault) sendShort(res, body, fault);
  else res.setHeader('content-length', body.length).end(body);
}

function sendShort(res: ServerResponse, body: Buffer, fault: Truncation): void {
  const kept = body.subarray(0, keptBytes(body, fault));
  if (fault.truncate === 'clean_end') {
    // Written before the end, so that node cannot know the length and sends chunks.
    res.write(kept);
    res.end();
    return;
  }
  res.setHeader('content-length', body.length);
  res.write(kept, () => res.socket?.destroy());
}

function keptBytes(body: Buffer, { keepLines, keepBytes }: Truncation): number {
  if (keepLines === undefined) return keepBytes ?? Math.floor(body.length / 2);
  let end = 0;
  for (let line = 0; line < keepLines && end < body.length; line++) {
    const newline = body.indexOf(0x0a, end);
    end = newline < 0 ? body.length : newline + 1;
  }
  return end;
}
