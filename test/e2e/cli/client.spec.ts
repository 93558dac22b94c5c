import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BatchBody, ResultEntry } from '../../support/service/api-client';
import { runClient } from '../../support/service/client-command';
import { TestService } from '../../support/service/test-service';
import { inFullTier } from '../../support/full-tier-case';

const EXAMPLE = resolve(__dirname, '../../../examples/requests.json');

const line = (custom_id: string, content: string, model = 'sandbox/flaky') =>
  JSON.stringify({ custom_id, body: { model, messages: [{ role: 'user', content }] } });
const entries = (text: string) =>
  text
    .split('\n')
    .filter((one) => one !== '')
    .map((one) => JSON.parse(one) as ResultEntry);
const contentOf = ({ response }: ResultEntry) =>
  (response?.body.choices as { message: { content: string } }[])[0]?.message.content;

describe('meshbatch', () => {
  let service: TestService;
  let cwd: string;

  beforeAll(async () => {
    service = await TestService.start({ database: 'embedded' });
  });
  afterAll(() => service.dispose());

  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'meshbatch-client-'));
  });
  afterEach(() => rm(cwd, { recursive: true }));

  const client = (...args: string[]) => runClient({ url: service.url, cwd }, ...args);

  it('runs a document to its results, and keeps nothing but them', async () => {
    const { code, stdout, stderr } = await client('run', EXAMPLE, '-o', 'results.jsonl', '--metadata', 'team=search');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const id = /^Created (\S+) with 220 requests\.\n/.exec(stderr)?.[1] ?? '';
    expect(stderr).toContain(`${id} is completed: 220 of 220 succeeded, 0 failed. The results are in results.jsonl.\n`);
    const batch = await service.client().get(id);
    expect(batch.metadata).toEqual({ team: 'search' });
    expect(entries(await readFile(join(cwd, 'results.jsonl'), 'utf8'))).toEqual(batch.results);
    expect(await readdir(cwd)).toEqual(['results.jsonl']);
    // A second batch is nothing that one gets by pressing a key twice.
    const again = await client('run', EXAMPLE, '-o', 'results.jsonl');
    expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/is there already.*--force/) as string });
  });

  it('says by its exit code that some failed, and writes to a pipe', async () => {
    await writeFile(join(cwd, 'requests.jsonl'), `${line('a', 'one')}\n${line('b', 'two [fail]')}\n`);
    const { code, stdout, stderr } = await client('run', 'requests.jsonl');
    expect(code).toBe(1);
    expect(entries(stdout).map(({ custom_id, response }) => [custom_id, response?.status_code])).toEqual([
      ['a', 200],
      ['b', 400],
    ]);
    expect(stderr).toMatch(/is completed: 1 of 2 succeeded, 1 failed\.\n$/);
  });

  inFullTier('makes requests of a table, and shows their batch in each form', async () => {
    await writeFile(join(cwd, 'rows.csv'), 'key,text\nk1,"a, ""b""\nc"\nk2,é\n');
    const template = ['--model', 'sandbox/echo', '--prompt', 'Say {{text}}', '--id-column', 'key'];
    const created = await client('create', 'rows.csv', ...template);
    expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^batch_\w{26}\n$/) as string });
    const id = created.stdout.trim();
    const watched = await client('watch', id, '--json');
    expect(watched.code).toBe(0);
    const states = watched.stdout
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one) as BatchBody);
    expect(states.at(-1)).toMatchObject({ id, status: 'completed' });
    expect(new Set(states.map((state) => JSON.stringify(state))).size).toBe(states.length);

    const results = entries((await client('results', id, '--status', 'succeeded')).stdout);
    expect(results.map((entry) => [entry.custom_id, contentOf(entry)])).toEqual([
      ['k1', 'Say a, "b"\nc'],
      ['k2', 'Say é'],
    ]);
    expect((await client('get', id)).stdout).toContain('status\tcompleted\n');
    expect(JSON.parse((await client('get', id, '--json')).stdout)).toMatchObject({ id, status: 'completed' });
    expect((await client('list', '--limit', '1', '--status', 'completed')).stdout).toMatch(
      new RegExp(`^${id}\tcompleted\tsandbox/echo\t2\t2\t0\t\\S+Z\n$`),
    );
    expect((await client('list', '--active')).stdout).toBe('');
    expect((await client('cancel', id)).stdout).toContain('status\tcompleted\n');
    expect((await client('models')).stdout).toContain('sandbox/echo\tsandbox\tyes\n');
  });

  inFullTier('reads standard input, and prints one document as JSON', async () => {
    const stdin = `${line('a', 'one', 'sandbox/echo')}\n`;
    const { code, stdout } = await runClient({ url: service.url, cwd, stdin }, 'run', '-', '-o', 'out', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', request_counts: { total: 1, completed: 1 } });
  });

  it('shows what is wrong with requests by their lines, and keeps no state of them', async () => {
    await writeFile(join(cwd, 'requests.jsonl'), `${line('a', 'one')}\n\n${line('', 'two')}\n`);
    const { code, stderr } = await client('run', 'requests.jsonl', '-o', 'out');
    expect(code).toBe(2);
    expect(stderr).toMatch(/\(422 validation_error, req_\w+\)\n {2}line 3, custom_id: .*at least 1 character\n$/);
    expect(await readdir(cwd)).toEqual(['requests.jsonl']);
  });

  it('says what to do about a key that is not taken, a service that is not there, and a wrong command', async () => {
    const wrong = await runClient({ url: service.url, cwd, key: `rsk_${'x'.repeat(40)}` }, 'list');
    expect(wrong).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/401 unauthorized.*\n.*MESHBATCH_KEY/) as string,
    });
    const gone = await runClient({ url: 'http://127.0.0.1:1', cwd }, 'list');
    expect(gone).toMatchObject({ code: 4, stderr: expect.stringMatching(/cannot be reached/) as string });
    expect(await client('get', 'batch_x')).toMatchObject({ code: 2, stderr: expect.stringMatching(/404/) as string });
    for (const args of [['frob'], ['run'], ['list', '--limit', '0'], ['create', 'x', '--metadata', 'y']]) {
      expect(await client(...args)).toMatchObject({ code: 2, stdout: '' });
    }
    expect(await client('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Examples:') as string });
  });
});
