// Starts the service for itself, runs the example through the sandbox, and shows what came of it: npm run demo
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(import.meta.dirname, '..');
const MAIN = join(ROOT, 'dist', 'main.js');
const CLIENT = join(ROOT, 'dist', 'cli', 'meshbatch.js');
const EXAMPLE = join(ROOT, 'examples', 'requests.json');
const SHOWN = 3;
const WIDTH = 100;

if (!existsSync(MAIN)) {
  console.error('Build it first: npm ci, or npm run build');
  process.exit(1);
}

const folder = await mkdtemp(join(tmpdir(), 'meshbatch-demo-'));
const key = `rsk_${randomBytes(24).toString('hex')}`;
const children = [];
// A Ctrl-C goes to the children as well, and then this ends as it always does.
process.on('SIGINT', () => undefined);
try {
  process.exitCode = await demo();
} finally {
  await Promise.all(children.map(end));
  await rm(folder, { recursive: true, force: true });
}

async function demo() {
  console.log('Starting a service with data of its own …');
  const url = await startService();
  console.log(`It is at ${url}. Sending it ${EXAMPLE}:\n`);
  const results = join(folder, 'results.jsonl');
  const code = await runClient(url, results);
  if (!existsSync(results)) return code;
  console.log(`\nThe first ${SHOWN} results:`);
  const lines = (await readFile(results, 'utf8')).split('\n');
  for (const line of lines.slice(0, SHOWN)) console.log(`  ${summary(JSON.parse(line))}`);
  console.log(
    '\nTo do so with a service of your own: npm start, then npx meshbatch run examples/requests.json -o results.jsonl',
  );
  return code;
}

/** Resolves to its address. */
async function startService() {
  const env = {
    ...process.env,
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: '',
    S3_BUCKET: '',
    METRICS_PORT: '',
    ROLE: 'all',
    SANDBOX: 'on',
    LOG_LEVEL: 'warn',
    BOOTSTRAP_API_KEY: key,
  };
  const service = start(MAIN, [], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let url;
  for await (const line of createInterface({ input: service.stdout })) {
    url = /^Meshbatch is at (\S+),/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  if (url === undefined) throw new Error('The service did not start');
  service.stdout.resume();
  return url;
}

async function runClient(url, results) {
  const env = { ...process.env, MESHBATCH_URL: url, MESHBATCH_KEY: key };
  const client = start(CLIENT, ['run', EXAMPLE, '-o', results], { cwd: folder, env, stdio: 'inherit' });
  const [code] = await once(client, 'exit');
  return code ?? 1;
}

function start(script, args, options) {
  const child = spawn(process.execPath, [script, ...args], options);
  children.push(child);
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

function summary({ custom_id, response, error }) {
  const text = response?.body.choices?.[0]?.message.content ?? error?.message ?? JSON.stringify(response?.body);
  const line = text.replaceAll(/\s+/g, ' ');
  return `${custom_id}: ${line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line}`;
}
