import type { IncomingMessage, ServerResponse } from 'node:http';
import { CannedServer } from '../../../test/contracts/canned-server';
import { InstantClock } from '../../../test/support/instant-clock';
import { SystemRandom } from '../../common/random';
import { BatchApi } from './batch-api';
import { HttpCalls } from './http-calls';
import { Output, type Streams } from './output';
import { retry } from './commands/batches';

const counts = { total: 1, completed: 0, failed: 0 };
const BATCH = { id: 'batch_1', status: 'validating', model: 'm', provider: 'p', request_counts: counts };

describe('BatchApi', () => {
  let server: CannedServer;
  let api: BatchApi;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  beforeAll(async () => {
    server = await CannedServer.open((request, response) =>
      request.resume().on('end', () => answer(request, response)),
    );
    const settings = { baseUrl: server.url, key: null };
    const { signal } = new AbortController();
    api = new BatchApi(new HttpCalls(settings, new InstantClock(), new SystemRandom(), signal));
  });
  afterAll(() => server.close());

  it('retries under one key, however often it is sent', async () => {
    const keys: unknown[] = [];
    answer = ({ headers }, response) => {
      keys.push(headers['idempotency-key']);
      if (keys.length === 1) response.writeHead(504).end();
      else response.end(JSON.stringify(BATCH));
    };
    const stdout = { write: () => true };
    const output = new Output({ stdout, stderr: stdout } as unknown as Streams, true);
    await retry({ api, output, random: new SystemRandom() }, 'batch_0');
    expect(keys).toEqual([expect.stringMatching(/^meshbatch-cli-\w{32}$/), keys[0]]);
  });

  it.each<[what: string, ask: () => Promise<unknown>]>([
    ['a batch', () => api.get('batch_1')],
    ['a list', () => api.list({ limit: 1 })],
    ['the models', () => api.models()],
  ])('takes an answer with %s that breaks off for none', async (_, ask) => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('{"id":', () => response.destroy());
    };
    await expect(ask()).rejects.toMatchObject({ name: 'UnreachableError', madeNothing: false });
  });

  it.each(['<html>', 'null', '{}'])('does not take %s for a batch', async (text) => {
    answer = (_request, response) => response.end(text);
    await expect(api.get('batch_1')).rejects.toMatchObject({ name: 'CommandError', exitCode: 4 });
  });
});
