import { setTimeout as sleep } from 'node:timers/promises';
import { ChatItems } from './chat-items';
import { post, timedPost } from './http-calls';

export const MIB = 1024 * 1024;
/** The sandbox answers them in process, so that no upstream is measured with them. */
export const LARGE_MODEL = 'sandbox/echo';
export const LARGE_ITEMS = 1_000_000;
export const SHORT_LARGE_ITEMS = 5_000;
const SETTLE_MS = 3_000;

/** What the sender of a large body tells. */
export interface Posted {
  readonly id: string;
  readonly bytes: number;
  readonly ms: number;
}

/** Creates a batch of a hundred items; resolves to its id. */
export async function postSmall(url: string): Promise<string> {
  const { status, body } = await post(`${url}/v1/batches`, new ChatItems(LARGE_MODEL).body(100));
  const text = body.toString('utf8');
  if (status !== 200) throw new Error(`A small batch was answered with ${status}: ${text}`);
  return (JSON.parse(text) as { id: string }).id;
}

/** Lets a service load what it loads late, and settle, so that what it holds then is what it holds when idle. */
export async function warmUp(url: string, short: boolean): Promise<void> {
  const body = new ChatItems(LARGE_MODEL).body(1_000);
  for (let i = 0; i < 5; i++) await timedPost(`${url}/v1/batches`, body);
  await sleep(short ? 200 : SETTLE_MS);
}
