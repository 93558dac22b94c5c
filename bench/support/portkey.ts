import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleanups } from './cleanups';
import { BENCH, processFile } from './paths';
import { freePort } from '../../test/support/free-port';

const START = join(BENCH, 'node_modules/@portkey-ai/gateway/build/start-server.js');
const READY_MS = 30_000;

/** Portkey's gateway in a process of its own, on loopback, in front of an upstream that speaks OpenAI's API. */
export interface Portkey {
  readonly url: string;
  /** What sends a request on to the upstream. */
  readonly headers: Readonly<Record<string, string>>;
}

/** @param upstream base URL, with `/v1` */
export async function startPortkey(upstream: string, cleanups: Cleanups): Promise<Portkey> {
  const port = await freePort();
  const args = ['--require', processFile('loopback-only'), START, '--headless', `--port=${port}`];
  const env = { PATH: process.env.PATH ?? '', NODE_ENV: 'production' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  cleanups.add(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  const url = `http://127.0.0.1:${port}`;
  await answering(url);
  const headers = {
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': upstream,
    authorization: 'Bearer sk-simulated',
  };
  return { url, headers };
}

async function answering(url: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    const answered = await fetch(url).then(
      async (answer) => answer.arrayBuffer(),
      () => null,
    );
    if (answered !== null) return;
    await sleep(50);
  }
  throw new Error('The gateway of Portkey did not start');
}
