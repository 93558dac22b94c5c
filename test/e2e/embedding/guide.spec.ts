import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { transform } from '@swc/core';
import { eventually } from '../../support/execution/execution-bench';
import { serverDatabase, type TestDatabase } from '../../support/postgres/test-databases';
import { chatItems, type BatchBody } from '../../support/service/api-client';

const GUIDE = resolve(__dirname, '../../../docs/embedding.md');
const MAX_LINES = 40;

describe('the host in docs/embedding.md', () => {
  let database: TestDatabase;
  let folder: string;
  let host: ChildProcess;
  let url: string;

  beforeAll(async () => {
    database = await serverDatabase();
    // Inside the package, so that its own name leads to it as it would to a host's installation.
    folder = await mkdtemp(resolve(__dirname, 'guide-'));
    await writeFile(join(folder, 'host.js'), await compile(await hostOfGuide()));
    host = spawn(process.execPath, ['host.js'], {
      cwd: folder,
      env: { PATH: process.env.PATH, DATABASE_URL: String(database.options.url), PORT: '0', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: host.stdout! })) {
      const found = /^Batches are at (\S+)$/.exec(line)?.[1];
      if (found === undefined) continue;
      url = found.replace('[::1]', 'localhost');
      break;
    }
    host.stdout!.resume();
  });
  afterAll(async () => {
    if (host?.exitCode === null && host.signalCode === null) {
      host.kill('SIGKILL');
      await once(host, 'exit');
    }
    await database?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('has at most 40 lines', async () => {
    expect((await hostOfGuide()).trim().split('\n').length).toBeLessThanOrEqual(MAX_LINES);
  });

  it('runs a batch for whoever it lets in', async () => {
    const headers = { 'content-type': 'application/json', 'x-user': 'ada' };
    const body = JSON.stringify({ requests: chatItems(['one', 'two'], 'sandbox/echo') });
    const created = await fetch(url, { method: 'POST', headers, body });
    const { id } = (await created.json()) as BatchBody;
    const ended = await eventually('the batch ends', async () => {
      const batch = (await (await fetch(`${url}/${id}`, { headers })).json()) as BatchBody;
      return batch.status === 'completed' ? batch : null;
    });
    expect(ended.results).toHaveLength(2);
    expect((await fetch(url)).status).toBe(401);
  });

  it('ends in order, and ends what it was telling', async () => {
    const headers = { 'content-type': 'application/json', 'x-user': 'ada' };
    const requests = chatItems(['one'], 'sandbox/echo').map((item) => ({
      ...item,
      body: { ...item.body, sandbox: { delay_ms: 60_000 } },
    }));
    const created = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ requests }) });
    const { id } = (await created.json()) as BatchBody;
    const events = (await fetch(`${url}/${id}/events`, { headers })).text();
    host.kill('SIGTERM');
    // One that is cut off is no text.
    expect(await events).toContain('validating');
    expect(await once(host, 'exit')).toEqual([null, 'SIGTERM']);
  });
});

async function hostOfGuide(): Promise<string> {
  const guide = await readFile(GUIDE, 'utf8');
  const code = /## A whole host\n\n```ts\n([\s\S]*?)```/.exec(guide)?.[1];
  if (code === undefined) throw new Error('The guide has no host');
  return code;
}

async function compile(code: string): Promise<string> {
  const parser = { syntax: 'typescript', decorators: true } as const;
  const output = await transform(code, {
    swcrc: false,
    module: { type: 'commonjs' },
    jsc: {
      parser,
      target: 'es2022',
      keepClassNames: true,
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
  });
  return output.code;
}
