import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannedServer } from '../../../../test/contracts/canned-server';
import { InstantClock } from '../../../../test/support/instant-clock';
import { SystemRandom } from '../../../common/random';
import { BatchApi } from '../batch-api';
import { UsageError } from '../exit-code';
import { Follower } from '../follower';
import { HttpCalls } from '../http-calls';
import { Output, type Streams } from '../output';
import { Results } from '../results-file';
import type { Session } from '../session';
import { run, type RunFlags } from './run';

/** What a create is answered with; an empty code is that of a server that is not ours. */
type Answer = [status: number, code: string];

const times = (count: number, answer: Answer) => Array<Answer>(count).fill(answer);
const counts = { total: 1, completed: 1, failed: 0 };
const BATCH = { id: 'batch_1', status: 'completed', model: 'm', provider: 'p', request_counts: counts };

describe('run', () => {
  let folder: string;
  let server: CannedServer;
  let answers: Answer[];
  /** Of each create. */
  let keys: unknown[];
  let told: string;
  let output: string;

  beforeAll(async () => {
    server = await CannedServer.open(
      (request, response) => void request.resume().on('end', () => say(request, response)),
    );
  });
  afterAll(() => server.close());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-command-'));
    await writeFile(join(folder, 'in.jsonl'), '{"custom_id":"a","body":{}}\n');
    [answers, keys, told, output] = [[], [], '', join(folder, 'out.jsonl')];
  });
  afterEach(() => rm(folder, { recursive: true }));

  function say({ method, url = '', headers }: IncomingMessage, response: ServerResponse): void {
    if (method === 'POST') keys.push(headers['idempotency-key']);
    const [status, code] = (method === 'POST' ? answers.shift() : null) ?? [url.endsWith('/events') ? 404 : 200, 'x'];
    const body = url.endsWith('/results') ? { custom_id: 'a' } : BATCH;
    const refusal = code === '' ? '<html>' : JSON.stringify({ error: { code, message: 'm' } });
    response.writeHead(status, { connection: 'close' }).end(status === 200 ? `${JSON.stringify(body)}\n` : refusal);
  }

  function start(flags: RunFlags = {}, clock = new InstantClock()) {
    const stream = { write: (text: string) => void (told += text) };
    const [random, { signal }] = [new SystemRandom(), new AbortController()];
    const settings = { baseUrl: server.url, key: null };
    const api = new BatchApi(new HttpCalls(settings, clock, random, signal));
    const session: Session = {
      settings,
      api,
      follower: new Follower(api, clock, signal),
      results: new Results(api, signal),
      output: new Output({ stdout: stream, stderr: stream } as unknown as Streams, false),
      clock,
      random,
      signal,
    };
    return run(session, join(folder, 'in.jsonl'), { output, ...flags });
  }

  it.each<[what: string, answers: Answer[]]>([
    ['a proxy gave up, and the create went on', [[504, ''], ...times(31, [409, 'idempotency_in_progress'])]],
    ['the service died after its commit, and did not come back', [[502, ''], ...times(5, [503, ''])]],
    ['a proxy said that it is busy', times(6, [503, ''])],
    [
      'a proxy gave up, and all places were taken',
      [
        [504, ''],
        [429, 'batch_limit_exceeded'],
        [403, 'forbidden'],
      ],
    ],
  ])('creates under the same key again when %s', async (_, given) => {
    answers = [...given];
    await expect(start({ wait: true })).rejects.toThrow();
    expect(told).toMatch(/It is not known whether the batch was made\. The same command finds out\.\n$/);
    expect(await start()).toBe(0);
    expect(keys).toEqual(Array(given.length + 1).fill(keys[0]));
    expect(await readFile(output, 'utf8')).toBe('{"custom_id":"a"}\n');
    expect(existsSync(`${output}.meshbatch`)).toBe(false);
  });

  it.each<[what: string, answers: Answer[]]>([
    ['a refusal', [[422, 'validation_error']]],
    ['a service that stayed busy', times(6, [503, 'service_unavailable'])],
  ])('keeps nothing after %s', async (_, given) => {
    answers = [...given];
    await expect(start()).rejects.toThrow();
    expect(existsSync(`${output}.meshbatch`)).toBe(false);
  });

  it('buys once for an output that two are to write', async () => {
    const both = await Promise.allSettled([start(), start()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both).toContainEqual({ status: 'rejected', reason: expect.any(UsageError) as unknown });
    expect(keys).toHaveLength(1);
  });

  it('buys nothing for an output that another run wrote while this one read its input', async () => {
    const clock = new InstantClock();
    // It is asked for the time when the input has been read.
    clock.now = () => {
      writeFileSync(output, 'answers');
      return 0;
    };
    await expect(start({}, clock)).rejects.toThrow(/is there already/);
    expect([keys, await readFile(output, 'utf8'), existsSync(`${output}.meshbatch`)]).toEqual([[], 'answers', false]);
  });
});
