import { Agent, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { KEY } from './meshbatch';

export const agent = new Agent({ keepAlive: true });

export interface Exchange {
  readonly status: number;
  readonly body: Buffer;
  /** From the first byte sent to the whole answer. */
  readonly ms: number;
}

/** Sends a body that is whole in memory; the time is that from its first byte sent to the last of the answer. */
export async function post(url: string, body: Buffer, headers: OutgoingHttpHeaders = {}): Promise<Exchange> {
  const call = request(url, {
    agent,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      authorization: `Bearer ${KEY}`,
      ...headers,
    },
  });
  const begun = performance.now();
  call.end(body);
  const answer = await answerOf(call);
  const held = await collect(answer);
  return { status: answer.statusCode ?? 0, body: held, ms: performance.now() - begun };
}

/** As {@link post}, and throws for anything but success; resolves to the milliseconds. */
export async function timedPost(url: string, body: Buffer, headers: OutgoingHttpHeaders = {}): Promise<number> {
  const answer = await post(url, body, headers);
  if (answer.status < 200 || answer.status > 299) {
    throw new Error(`${url} answered ${answer.status}: ${answer.body.toString('utf8').slice(0, 500)}`);
  }
  return answer.ms;
}

/** Begins a GET; the body is the caller's to read. */
export async function get(url: string, key = KEY): Promise<IncomingMessage> {
  const call = request(url, { agent, headers: { authorization: `Bearer ${key}` } });
  call.end();
  return answerOf(call);
}

export async function getJson<T>(url: string): Promise<T> {
  const answer = await get(url);
  const body = (await collect(answer)).toString('utf8');
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}: ${body.slice(0, 500)}`);
  return JSON.parse(body) as T;
}

/** Reads a body and forgets it; resolves to its length in bytes. */
export async function drain(answer: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of answer) bytes += (chunk as Buffer).length;
  return bytes;
}

async function collect(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function answerOf(call: ReturnType<typeof request>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => call.once('response', resolve).once('error', reject));
}
