import type { IncomingMessage } from 'node:http';
import { NO_EVENT } from './batch-history';

export const EVENT_ID = /^[1-5]$/;

/**
 * The event that a client had last. A header that holds no id of ours is taken for none, as what a client then misses is told
 * twice and not never.
 */
export function lastEventId({ headers }: IncomingMessage, asked: string | undefined): number {
  const header = headers['last-event-id'];
  const id = header === undefined || header === '' ? asked : String(header);
  return id !== undefined && EVENT_ID.test(id) ? Number(id) : NO_EVENT;
}
