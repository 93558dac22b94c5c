import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { transform } from '@swc/core';
import { TEST_KEY, TestService } from '../support/service/test-service';

const GUIDE = resolve(__dirname, '../../docs/clients.md');
/** A block is run when its fence says `run=` and a name; each name is to be known here, with what the block prints. */
const BLOCK = /^```(\w+) run=(\S+)\n([\s\S]*?)^```$/gm;
const PRINTED: Readonly<Record<string, RegExp>> = {
  openai: /^question-0 One line\?\nquestion-1 Another\?\n$/,
  anthropic: /^greeting \[ \{ type: 'text', text: 'Hello'.*\} \]\n$/,
  curl: /^\{"id":"batch_[0-9A-Z]{26}".*"status":"validating"/,
};
const MAX_MS = 20_000;

interface Block {
  readonly language: string;
  readonly name: string;
  readonly code: string;
}

describe('the examples in docs/clients.md', () => {
  let service: TestService;
  let folder: string;
  let blocks: Block[];

  beforeAll(async () => {
    service = await TestService.start({ database: 'embedded' });
    // Inside the package, so that the SDKs are found as they would be in an installation.
    folder = await mkdtemp(resolve(__dirname, 'clients-guide-'));
    const found = [...(await readFile(GUIDE, 'utf8')).matchAll(BLOCK)];
    blocks = found.map(([, language = '', name = '', code = '']) => ({ language, name, code }));
  });

  afterAll(async () => {
    await service.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('are those that are known here', () => {
    expect(blocks.map(({ name }) => name).sort()).toEqual(Object.keys(PRINTED).sort());
  });

  it.each(Object.entries(PRINTED))('%s does what it says', async (name, printed) => {
    const block = blocks.find((each) => each.name === name);
    if (!block) throw new Error(`The guide has no block ${name}`);
    expect(await run(block)).toMatch(printed);
  });

  async function run({ language, name, code }: Block): Promise<string> {
    const [command, script] = language === 'sh' ? ['bash', `${name}.sh`] : [process.execPath, `${name}.mjs`];
    const text = language === 'ts' ? await compile(code) : code;
    await writeFile(join(folder, script), language === 'sh' ? `set -euo pipefail\n${text}` : text);
    const env = { PATH: process.env.PATH, MESHBATCH_URL: service.url, MESHBATCH_KEY: TEST_KEY };
    const { stdout } = await promisify(execFile)(command, [script], { cwd: folder, env, timeout: MAX_MS });
    return stdout;
  }
});

async function compile(code: string): Promise<string> {
  const jsc = { parser: { syntax: 'typescript' }, target: 'es2022' } as const;
  return (await transform(code, { swcrc: false, module: { type: 'es6' }, jsc })).code;
}
