import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chatItems } from '../../support/service/api-client';
import { CLIENT, clientEnv, ending, said } from '../../support/service/client-command';
import { OpenAiService } from '../../support/service/openai-service';

/** Of util-linux, which gives a program a terminal of its own; that of other systems takes other options. */
const HAS_SCRIPT = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
const INTERRUPT = '\x03';
const PROMPTS = Array.from({ length: 40 }, (_, index) => `prompt ${index}`);

(HAS_SCRIPT ? describe : describe.skip)('meshbatch on a terminal', () => {
  let openai: OpenAiService;
  let cwd: string;

  beforeAll(async () => {
    openai = await OpenAiService.start({ database: 'embedded' }, { runningMs: 2_000 });
    cwd = await mkdtemp(join(tmpdir(), 'meshbatch-terminal-'));
    const lines = chatItems(PROMPTS).map((item) => JSON.stringify(item));
    await writeFile(join(cwd, 'requests.jsonl'), lines.join('\n'));
  });
  afterAll(async () => {
    await openai?.dispose();
    await rm(cwd, { recursive: true, force: true });
  });

  function onTerminal(command: string) {
    const env = { ...clientEnv(openai.service), TERM: 'xterm' };
    const child = spawn('script', ['-qec', `${process.execPath} ${CLIENT} ${command}`, '/dev/null'], { cwd, env });
    return { child, ended: ending(child) };
  }

  it('draws a bar over itself, takes Ctrl-C and goes on, all with one batch', async () => {
    const run = 'run requests.jsonl -o results.jsonl';
    const first = onTerminal(run);
    await said(first.child.stdout, /in_progress/);
    first.child.stdin.write(INTERRUPT);
    const interrupted = await first.ended;
    expect(interrupted.code).toBe(130);
    expect(interrupted.stdout).toMatch(/goes on\. The same command follows it again/);
    // The cursor is there again.
    expect(interrupted.stdout.lastIndexOf('\x1b[?25h')).toBeGreaterThan(interrupted.stdout.lastIndexOf('\x1b[?25l'));

    const second = await onTerminal(run).ended;
    expect(second.code).toBe(0);
    const bars = second.stdout.split('\x1b[1G').filter((text) => text.includes('of 40'));
    expect(bars.length).toBeGreaterThan(1);
    expect(bars.at(-1)).toMatch(/█{30} 100% \| 40 of 40 \| 0 failed \| completed/);
    // Each is drawn over the one before, on one line.
    expect(bars.slice(0, -1).join('')).not.toContain('\n');
    expect((await readFile(join(cwd, 'results.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(40);
    expect(openai.simulator.creates).toHaveLength(1);
  });

  it('prints tables with heads', async () => {
    const { code, stdout } = await onTerminal('list').ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ID +STATUS +MODEL +REQUESTS +SUCCEEDED +FAILED +CREATED\r\nbatch_\w+ {2}\w+ {2}/);
  });
});
