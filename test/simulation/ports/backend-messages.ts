/** What Postgres answered to one request of a client. */
export interface BackendAnswer {
  /** As it goes to the client: without the notifications, which are the harness's. */
  readonly bytes: Buffer;
  /** Whether the session is left inside a transaction. */
  readonly inTransaction: boolean;
  /** Payloads of notifications, in order. */
  readonly notifications: readonly string[];
}

const [NOTIFICATION, READY] = ['A', 'Z'].map((type) => type.charCodeAt(0));
const IDLE = 'I'.charCodeAt(0);

/** Reads an answer of the engine; its memory is copied, since the engine uses it again. */
export function readAnswer(raw: Uint8Array): BackendAnswer {
  const bytes = Buffer.from(raw);
  const kept: Buffer[] = [];
  const notifications: string[] = [];
  let inTransaction = false;
  for (let at = 0; at < bytes.length;) {
    const type = bytes[at];
    const end = at + 1 + bytes.readInt32BE(at + 1);
    const body = bytes.subarray(at + 5, end);
    if (type === READY) inTransaction = body[0] !== IDLE;
    if (type === NOTIFICATION) notifications.push(payloadOf(body));
    else kept.push(bytes.subarray(at, end));
    at = end;
  }
  return { bytes: Buffer.concat(kept), inTransaction, notifications };
}

/** Behind the id of the process and the channel's name. */
function payloadOf(body: Buffer): string {
  const start = body.indexOf(0, 4) + 1;
  return body.toString('utf8', start, body.indexOf(0, start));
}
