import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveMethods } from '../support/served-methods';

/**
 * The least that OpenAI's Files and Batches APIs can be: uploads are read and forgotten, creates are answered, and a job stays
 * `in_progress` for ever. It checks nothing, so that it costs next to nothing beside what is measured.
 */
const BATCH = /^\/v1\/batches\/([\w-]+)$/;
/** When each job was asked about, in milliseconds of one clock. */
const polls = new Map<string, number[]>();
let made = 0;

const server = createServer((request, response) => {
  const { method, url = '' } = request;
  const job = BATCH.exec(url)?.[1];
  if (method === 'GET' && job !== undefined) return poll(job, response);
  void drained(request).then((bytes) => {
    if (method === 'POST' && url === '/v1/files') return send(response, fileBody(bytes));
    if (method === 'POST' && url === '/v1/batches') return send(response, batchBody(`batch_${++made}`));
    response.writeHead(404).end();
  });
});

function poll(job: string, response: ServerResponse): void {
  const times = polls.get(job);
  if (times) times.push(performance.now());
  else polls.set(job, [performance.now()]);
  send(response, batchBody(job));
}

async function drained(request: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of request) bytes += (chunk as Buffer).length;
  return bytes;
}

function send(response: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
}

function fileBody(bytes: number): object {
  const created_at = Math.floor(Date.now() / 1000);
  return { id: `file-${++made}`, object: 'file', bytes, created_at, filename: 'input.jsonl', purpose: 'batch' };
}

function batchBody(id: string): object {
  return {
    ...{ id, object: 'batch', endpoint: '/v1/chat/completions', errors: null, input_file_id: 'file-1' },
    ...{ completion_window: '24h', status: 'in_progress', output_file_id: null, error_file_id: null },
    ...{ created_at: 1_764_000_000, in_progress_at: 1_764_000_001, expires_at: 1_764_086_400 },
    ...{ request_counts: { total: 1, completed: 0, failed: 0 }, metadata: null },
  };
}

serveMethods({
  /** Resolves to the base URL. */
  start: () =>
    new Promise<string>((resolve) => {
      server.keepAliveTimeout = 60_000;
      server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`));
    }),
  polled: () => [...polls.values()].reduce((sum, times) => sum + times.length, 0),
  /**
   * Milliseconds between one look at a job and the next, where the next was within the last `windowMs`; and for a job of which
   * the next look is overdue, the time that it has waited so far.
   */
  pollGaps: (jobs: number, windowMs: number, intervalMs: number) => {
    const now = performance.now();
    const since = now - windowMs;
    const seen = [...polls.values()];
    const gaps = seen.flatMap((times) =>
      times.flatMap((at, index) => (index > 0 && at >= since ? [at - (times[index - 1] ?? at)] : [])),
    );
    const first = Math.min(...seen.map(([at = now]) => at));
    const neverSeen = Array.from({ length: jobs - seen.length }, () => now - first);
    const waiting = [...seen.map((times) => now - (times.at(-1) ?? now)), ...neverSeen];
    return [...gaps, ...waiting.filter((ms) => ms > intervalMs)];
  },
});
