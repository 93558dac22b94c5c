import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DIST } from '../dist-folder';
import { TEST_KEY } from './test-service';

/** The compiled `meshbatch`. */
export const CLIENT = join(DIST, 'cli', 'meshbatch.js');

export interface ClientRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and how the client runs; nothing of our environment leaks in. */
export interface ClientPlace {
  readonly url: string;
  readonly cwd: string;
  readonly key?: string;
  readonly stdin?: string;
}

export function clientEnv({ url, key = TEST_KEY }: Pick<ClientPlace, 'url' | 'key'>): Record<string, string> {
  return { PATH: process.env.PATH ?? '', MESHBATCH_URL: url, MESHBATCH_KEY: key };
}

/** Runs the client to its end. */
export async function runClient(place: ClientPlace, ...args: string[]): Promise<ClientRun> {
  const child = spawn(process.execPath, [CLIENT, ...args], { cwd: place.cwd, env: clientEnv(place) });
  child.stdin.end(place.stdin ?? '');
  return ending(child);
}

/** What a process wrote, once it has ended. */
export async function ending(child: ChildProcess): Promise<ClientRun> {
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout!),
    text(child.stderr!),
  ]);
  return { code, stdout, stderr };
}

/** Resolves once a stream has said that, and leaves it to be read on. */
export function said(stream: NodeJS.ReadableStream, wanted: RegExp): Promise<string> {
  return new Promise((done, fail) => {
    let heard = '';
    const hear = (chunk: Buffer | string) => {
      heard += chunk.toString();
      if (!wanted.test(heard)) return;
      stream.off('data', hear);
      done(heard);
    };
    stream.on('data', hear);
    stream.once('end', () => fail(new Error(`It never said ${String(wanted)} but ${JSON.stringify(heard)}`)));
  });
}
