import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Attempt, ProviderAdapter } from '../../contract/adapter';
import { ANTHROPIC } from './anthropic.adapter';

const NONE = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
const BATCH = {
  id: 'msgbatch_1',
  processing_status: 'ended',
  created_at: '2026-11-22T10:00:00Z',
  request_counts: NONE,
};
const ROW = '{"custom_id":"r0000000-aaaaaaa1","result":{"type":"expired"}}\n';
const ATTEMPT: Attempt = {
  token: 'aaaaaaa1',
  partId: 'part_1',
  endpoint: '/v1/chat/completions',
  model: 'claude',
  completionWindow: '24h',
  itemCount: 1,
  begunAt: 0,
  createSentAt: 0,
  inputId: null,
};
const { signal } = new AbortController();

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const adapterAt = (baseUrl: string) => ANTHROPIC.create({ apiKey: 'sk-ant-key', baseUrl });

/** The ids in the results, and the paths that were asked for them. */
async function resultsWith(resultsUrl: (base: string) => string | null, prefix = '') {
  const paths: string[] = [];
  const origin = await listen((request, response) => {
    paths.push(request.url ?? '');
    const isBatch = request.url === `${prefix}/v1/messages/batches/msgbatch_1`;
    response.end(isBatch ? JSON.stringify({ ...BATCH, results_url: resultsUrl(origin + prefix) }) : ROW);
  });
  const ids: string[] = [];
  for await (const { itemId } of adapterAt(origin + prefix).results('msgbatch_1', signal, '/v1/chat/completions'))
    ids.push(itemId);
  return { ids, asked: paths.slice(1) };
}

describe('the results of a batch', () => {
  const OWN = '/v1/messages/batches/msgbatch_1/results';

  it.each([
    ['', '/v1/elsewhere?a=b', '/v1/elsewhere?a=b'],
    ['/proxy', '/v1/elsewhere', '/proxy/v1/elsewhere'],
  ])('are read from below our base: %j%s', async (prefix, path, asked) => {
    const read = await resultsWith((base) => base + path, prefix);
    expect(read).toEqual({ ids: ['r0000000-aaaaaaa1'], asked: [asked] });
  });

  it.each<[string, (base: string, other: string) => string | null]>([
    ['another origin', (_, other) => `${other}/x`],
    ['a name that begins like ours', (base) => `${base}.example/x`],
    ['our name as a user', (base, other) => `${base}@${new URL(other).host}/x`],
    ['nothing', () => null],
  ])('are read from the known path where the URL is of %s', async (_, resultsUrl) => {
    let strays = 0;
    const other = await listen((_request, response) => response.end(String(++strays)));
    const read = await resultsWith((base) => resultsUrl(base, other));
    expect([read, strays]).toEqual([{ ids: ['r0000000-aaaaaaa1'], asked: [OWN] }, 0]);
  });
});

describe('every call', () => {
  const lines = { bytes: 3, open: () => Readable.from([Buffer.from('{}\n')]) };
  const drain = async (adapter: ProviderAdapter) => {
    for await (const _ of adapter.results('msgbatch_1', signal, '/v1/chat/completions'));
  };
  const calls: [string, (adapter: ProviderAdapter) => Promise<unknown>][] = [
    ['submit', (adapter) => adapter.submit(ATTEMPT, lines, signal)],
    ['find', (adapter) => adapter.find(ATTEMPT, signal)],
    ['poll', (adapter) => adapter.poll('msgbatch_1', signal)],
    ['results', drain],
    ['cancel', (adapter) => adapter.cancel('msgbatch_1', signal)],
    ['cleanup', (adapter) => adapter.cleanup(ATTEMPT, 'msgbatch_1', signal)],
  ];

  it.each(calls)('keeps the key from where a redirect leads: %s', async (_, call) => {
    let strays = 0;
    const other = await listen((_request, response) => response.end(String(++strays)));
    const front = await listen((request, response) => {
      request.resume();
      response.writeHead(307, { location: `${other}${request.url}` }).end();
    });
    await expect(call(adapterAt(front))).rejects.toMatchObject({ name: 'ProviderCallError' });
    expect(strays).toBe(0);
  });

  it.each(['../files', 'a/b', 'msgbatch_1?x=1', 'a#b', ''])('puts no such id into a path: %j', async (id) => {
    let arrived = 0;
    const adapter = adapterAt(await listen((_, response) => response.end(String(++arrived))));
    for (const call of [adapter.poll(id, signal), adapter.cancel(id, signal), adapter.cleanup(ATTEMPT, id, signal)]) {
      await expect(call).rejects.toMatchObject({ name: 'ProviderCallError', failure: 'rejected' });
    }
    expect(arrived).toBe(0);
  });

  it('calls an answer that it does not know ambiguous', async () => {
    const adapter = adapterAt(await listen((_, response) => response.end('{"id":"msgbatch_1"}')));
    await expect(adapter.poll('msgbatch_1', signal)).rejects.toMatchObject({ failure: 'ambiguous' });
    await expect(adapter.find(ATTEMPT, signal)).rejects.toMatchObject({ failure: 'ambiguous' });
  });
});
