import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { BatchBody } from '../../support/service/api-client';
import { CLIENT } from '../../support/service/client-command';
import { runKeys } from '../../support/service/keys-command';
import { TEST_KEY, TestService } from '../../support/service/test-service';

const ROOT = resolve(__dirname, '../../..');
const HAS_CURL = spawnSync('curl', ['--version']).status === 0;
const run = promisify(execFile);

/** What a person copies from the page, run as it stands there in a folder with the examples. */
describe('the snippets of README.md', () => {
  let service: TestService;
  let folder: string;

  beforeAll(async () => {
    service = await TestService.start({ database: 'embedded', env: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' } });
    folder = await mkdtemp(join(tmpdir(), 'meshbatch-readme-'));
    await cp(join(ROOT, 'examples', 'requests.json'), join(folder, 'examples', 'requests.json'));
    // As npx does in an installation, without asking the registry.
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin', 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${CLIENT}" "$@"\n`, {
      mode: 0o755,
    });
  });
  afterAll(async () => {
    await service?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  async function shell(snippet: string, env: Record<string, string> = {}): Promise<string> {
    const path = [join(folder, 'bin'), process.env.PATH].join(delimiter);
    const text = snippet.replaceAll('http://127.0.0.1:3000', service.url);
    const { stdout } = await run('sh', ['-ec', text], { cwd: folder, env: { PATH: path, KEY: TEST_KEY, ...env } });
    return stdout;
  }

  (HAS_CURL ? it : it.skip)('create a batch and ask for it with curl', async () => {
    const [create, get] = (await snippetsOf('Start it')).filter((snippet) => snippet.startsWith('curl'));
    const { id: ID } = JSON.parse(await shell(create ?? '')) as BatchBody;
    await service.client().waitFor(ID, ['completed']);
    // Its events, then the batch.
    const told = (await shell(get ?? '', { ID })).trim().split('\n');
    expect(told).toContain('id: 5');
    const batch = JSON.parse(told.at(-1) ?? '') as BatchBody;
    expect(batch).toMatchObject({ id: ID, request_counts: { total: 220, completed: 220, failed: 0 } });
    expect(batch.results).toHaveLength(220);
  });

  (HAS_CURL ? it : it.skip)('name a webhook with curl', async () => {
    const [snippet = ''] = await snippetsOf('Webhooks');
    // In place of an address that only its owner has.
    const answer = await shell(snippet.replace('https://example.com', 'http://127.0.0.1:9'));
    expect(JSON.parse(answer)).toMatchObject({
      id: expect.stringMatching(/^whk_/),
      secret: expect.stringMatching(/^whsec_/),
    });
  });

  it('make and list keys', async () => {
    const [snippet = ''] = await snippetsOf('Keys');
    // Of the lines with a whole id: the others name a key of the reader's.
    const lines = snippet.split('\n').filter((line) => line !== '' && !line.includes('…'));
    expect(lines.length).toBeGreaterThanOrEqual(4);
    for (const line of lines) {
      const [first = '', ...rest] = line.replace(/^npm run keys -- /, '').split(' ');
      await runKeys(service, first, ...rest);
    }
    expect(await runKeys(service, 'list')).toContainEqual(
      expect.objectContaining({ owner: 'acme', scopes: 'batches:read' }),
    );
  });

  it('run batches from the command line', async () => {
    const snippets = await snippetsOf('Command line');
    expect(snippets).toHaveLength(3);
    await shell(snippets.join('\n'));
    const lines = async (name: string) => (await readFile(join(folder, name), 'utf8')).trim().split('\n');
    expect(await lines('results.jsonl')).toHaveLength(220);
    expect(await lines('answers.jsonl')).toEqual([
      expect.stringContaining('"content":"Is this positive? Arrived early, works"'),
      expect.stringContaining('"custom_id":"r2"'),
    ]);
  });
});

/** Of one section. */
async function snippetsOf(section: string): Promise<string[]> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const text = readme.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, snippet]) => snippet ?? '');
}
