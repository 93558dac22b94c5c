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
});
