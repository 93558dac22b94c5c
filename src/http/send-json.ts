import { takeOver, type PlatformResponse } from './platform';

/** Answers with a value as JSON: the same bytes on every platform, past whatever a host's interceptors do to its own answers. */
export function sendJson(response: PlatformResponse, value: unknown, status = 200): void {
  const answer = takeOver(response);
  const bytes = Buffer.from(JSON.stringify(value));
  answer.statusCode = status;
  answer.setHeader('Content-Type', 'application/json; charset=utf-8');
  answer.setHeader('Content-Length', bytes.length);
  answer.end(bytes);
}
