import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { writeFile } from 'node:fs/promises';
import { seeded } from '../support/seeded';
import { serveMethods } from '../support/served-methods';

/**
 * Anthropic's Message Batches API with no work left to do: a batch has ended as soon as it is created, and its results are
 * ready bytes. It notes when the results are asked for and when the batch is deleted, which is when they have been kept.
 */
const BATCH = /^\/v1\/messages\/batches\/([\w-]+)(\/results)?$/;
const SEED = 7;
const WORDS = 'the parcel was handed to the carrier on monday and a refund has been issued “today” to the card\n'.split(
  ' ',
);
const [SHORTEST, LONGEST] = [20, 160];

interface Held {
  readonly count: number;
  readonly rows: Buffer;
}

const batches = new Map<string, Held>();
const asked = new Map<string, number>();
const deleted: { resolve: (ms: number) => void }[] = [];
let made = 0;
let last: Held = { count: 0, rows: Buffer.alloc(0) };

const server = createServer((request, response) => void serve(request, response));

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '' } = request;
  if (method === 'POST') return create(request, response);
  request.resume();
  const [, id = '', results] = BATCH.exec(url) ?? [];
  const held = batches.get(id);
  if (!held) return void response.writeHead(404).end();
  if (method === 'DELETE') return remove(id, response);
  if (results === undefined) return send(response, batchBody(id, held.count));
  asked.set(id, asked.get(id) ?? performance.now());
  response.writeHead(200, { 'content-type': 'application/x-jsonl', 'content-length': held.rows.length });
  response.end(held.rows);
}

async function create(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { requests } = (await json(request)) as { requests: { custom_id: string }[] };
  const id = `msgbatch_${++made}`;
  const random = seeded(SEED);
  last = { count: requests.length, rows: Buffer.concat(requests.map((item) => rowOf(item.custom_id, random))) };
  batches.set(id, last);
  send(response, batchBody(id, requests.length));
}

function remove(id: string, response: ServerResponse): void {
  send(response, { id, type: 'message_batch_deleted' });
  const took = performance.now() - (asked.get(id) ?? NaN);
  for (const { resolve } of deleted.splice(0)) resolve(took);
}

function send(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function batchBody(id: string, count: number): object {
  const counts = { processing: 0, succeeded: count, errored: 0, canceled: 0, expired: 0 };
  return {
    ...{ id, type: 'message_batch', processing_status: 'ended', request_counts: counts },
    ...{ created_at: new Date(Date.now() - 1000).toISOString(), ended_at: new Date().toISOString() },
    ...{ expires_at: new Date(Date.now() + 86_400_000).toISOString(), archived_at: null, cancel_initiated_at: null },
    results_url: null,
  };
}

/** A row as the vendor sends them, with an answer of some hundred bytes. */
function rowOf(customId: string, random: () => number): Buffer {
  const count = SHORTEST + Math.floor(random() * (LONGEST - SHORTEST));
  const text = Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
  const message = {
    ...{
      id: `msg_${customId}`,
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text, citations: null }],
    },
    ...{ model: 'claude-sonnet-4-5', stop_reason: 'end_turn', stop_sequence: null },
    usage: {
      ...{ input_tokens: 40 + count, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
      ...{ output_tokens: count, service_tier: 'batch' },
    },
  };
  return Buffer.from(`${JSON.stringify({ custom_id: customId, result: { type: 'succeeded', message } })}\n`);
}

serveMethods({
  /** Resolves to the base URL. */
  start: () =>
    new Promise<string>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    }),
  /** Milliseconds from the first request for the results to the delete, of the next batch that is deleted. */
  nextCollection: () => new Promise<number>((resolve) => deleted.push({ resolve })),
  /** Writes the rows of the last batch into a file, and resolves to their bytes. */
  dump: async (path: string) => {
    await writeFile(path, last.rows);
    return last.rows.length;
  },
});
