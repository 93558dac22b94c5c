import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { chatItems } from '../../support/service/api-client';
import { CLIENT, clientEnv, ending, runClient, said } from '../../support/service/client-command';
import { OpenAiService } from '../../support/service/openai-service';

const RUN = ['run', 'requests.jsonl', '-o', 'results.jsonl'];
const REQUESTS = chatItems(['a', 'b', 'c'])
  .map((item) => JSON.stringify(item))
  .join('\n');

describe('a run that is interrupted', () => {
  let openai: OpenAiService;
  let cwd: string;

  beforeAll(async () => {
    openai = await OpenAiService.start({ database: 'embedded' }, { runningMs: 100 });
  });
  afterAll(() => openai.dispose());

  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'meshbatch-resume-'));
    await writeFile(join(cwd, 'requests.jsonl'), REQUESTS);
  });
  afterEach(() => rm(cwd, { recursive: true }));

  /** Holds the batch where it is until it is released: every poll of the provider's waits. */
  function hold(): () => void {
    let release: () => void = () => undefined;
    const held = new Promise<void>((done) => (release = done));
    const remove = openai.simulator.onRequest(async (route, phase) => {
      if (route === 'get' && phase === 'received') await held;
    });
    return () => {
      remove();
      release();
    };
  }

  const start = (url: string) => {
    const child = spawn(process.execPath, [CLIENT, ...RUN], { cwd, env: clientEnv({ url }) });
    return { child, ended: ending(child) };
  };
  const state = async () =>
    JSON.parse(await readFile(join(cwd, 'results.jsonl.meshbatch'), 'utf8')) as Record<string, unknown>;

  it.each(['SIGINT', 'SIGKILL'] as const)('by %s goes on with the same batch', async (signal) => {
    const { url } = openai.service;
    const api = openai.service.client();
    const before = openai.simulator.creates.length;
    const release = hold();
    const { child, ended } = start(url);
    await said(child.stderr, /in_progress/);
    child.kill(signal);
    const { code, stderr } = await ended;
    const id = String((await state()).batch_id);
    expect(code).toBe(signal === 'SIGINT' ? 130 : null);
    if (signal === 'SIGINT') {
      expect(stderr).toContain(
        `${id} goes on. The same command follows it again; end it with: meshbatch cancel ${id}\n`,
      );
    }
    expect((await api.get(id)).status).toBe('in_progress');
    release();

    const again = await runClient({ url, cwd }, ...RUN);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining(`Going on with ${id}`) as string });
    expect(await readFile(join(cwd, 'results.jsonl'), 'utf8')).toContain(id.replace('batch_', 'batch_req_'));
    expect((await readdir(cwd)).sort()).toEqual(['requests.jsonl', 'results.jsonl']);
    expect(openai.simulator.creates.length - before).toBe(1);
  });

  it('is not taken for one of other requests', async () => {
    const { url } = openai.service;
    const release = hold();
    const { child, ended } = start(url);
    await said(child.stderr, /in_progress/);
    child.kill('SIGINT');
    await ended;
    release();
    await writeFile(
      join(cwd, 'requests.jsonl'),
      `${REQUESTS}\n${REQUESTS.split('\n')[0]?.replace('item-0', 'item-9')}`,
    );
    const other = await runClient({ url, cwd }, ...RUN);
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/run with other requests \(batch_/) as string,
    });
    await writeFile(join(cwd, 'requests.jsonl'), REQUESTS);
    expect((await runClient({ url, cwd }, ...RUN)).code).toBe(0);
  });

  it('between the create and its answer is sent again under the same key', async () => {
    const keys: unknown[] = [];
    let arrived: () => void = () => undefined;
    const hung = new Promise<void>((done) => (arrived = done));
    // Says nothing to the first create, and refuses the second.
    const front = createServer((request, response) => {
      keys.push(request.headers['idempotency-key']);
      if (keys.length === 1) return arrived();
      response.writeHead(403, { connection: 'close' }).end();
    });
    front.listen(0, '127.0.0.1');
    await once(front, 'listening');
    const frontUrl = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
    const { child, ended } = start(frontUrl);
    await hung;
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stderr: expect.stringMatching(/not known whether/) as string });
    const { batch_id, idempotency_key } = await state();
    expect(batch_id).toBeNull();
    // That nothing came of the second does not say that nothing came of the first.
    expect((await runClient({ url: frontUrl, cwd }, ...RUN)).code).toBe(4);
    expect((await state()).idempotency_key).toBe(idempotency_key);
    expect(keys).toEqual([idempotency_key, idempotency_key]);
    front.closeAllConnections();
    front.close();
  });

  it('while it waits for its input leaves nothing behind', async () => {
    const temporary = join(cwd, 'temporary');
    await mkdir(temporary);
    const env = { ...clientEnv({ url: openai.service.url }), TMPDIR: temporary };
    const child = spawn(process.execPath, [CLIENT, 'run', '-', '-o', 'results.jsonl'], { cwd, env });
    const ended = ending(child);
    child.stdin.write(REQUESTS);
    while (!(await readdir(temporary)).length) await setImmediate();
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 130, stdout: '', stderr: '' });
    expect(await readdir(temporary)).toEqual([]);
    expect((await readdir(cwd)).sort()).toEqual(['requests.jsonl', 'temporary']);
  });
});
